import type { Channel, Mirror, Params, Reply, SentinelBridge } from '../../shared/ipc/contract.ts'

type Replies = { [C in Channel]?: Reply<C> | Error }

/** A bridge that answers what it was told to, remembers what it was asked, and can push a mirror. */
export type FakeBridge = SentinelBridge & {
  asked: { channel: Channel; params: unknown }[]
  push(mirror: Mirror): void
  listeners(): number
}

export function aBridge(replies: Replies = {}): FakeBridge {
  const asked: FakeBridge['asked'] = []
  const listeners = new Set<(mirror: Mirror) => void>()
  return {
    asked,
    async ask<C extends Channel>(channel: C, params: Params<C>): Promise<Reply<C>> {
      asked.push({ channel, params })
      const reply: unknown = Reflect.get(replies, channel) ?? { problem: null }
      if (reply instanceof Error) throw reply
      return reply as Reply<C>
    },
    onMirror(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    push(mirror) {
      for (const listener of listeners) listener(mirror)
    },
    listeners: () => listeners.size,
  }
}
