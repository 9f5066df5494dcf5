import type { ContainerEvent, EngineClient } from '../../adapters/docker/engine-client.ts'
import type { BackOff } from '../back-off.ts'
import type { Stop } from '../watcher.ts'

/** Keeps one stream of container events open for as long as the engine is there. */
export interface EventStream {
  readonly isOpen: boolean
  /** After the stream has opened, broken, or could not be opened: everything may be different. */
  onTurn(listener: () => void): Stop
  onEvent(listener: (event: ContainerEvent) => void): Stop
  start(): void
  /** Tries at once instead of waiting any longer. Does nothing while the stream is open. */
  retryNow(): void
  /** Gives up a stream that looks open and is not trusted any more. */
  restart(): void
  stop(): Promise<void>
}

type EventStreamParts = {
  client: () => Promise<EngineClient>
  backOff: BackOff
  /** How far back events are asked for; engines keep the last 256. */
  replayMs: number
  now: () => number
}

/** A stream that broke sooner is not a reason to try again quickly. */
const provenAfterMs = 5000

export function eventStream(parts: EventStreamParts): EventStream {
  const turnListeners = new Set<() => void>()
  const eventListeners = new Set<(event: ContainerEvent) => void>()
  let stopped = false
  let isOpen = false
  let attempt = new AbortController()
  let wake: (() => void) | undefined
  let retryAtOnce = false
  let running: Promise<void> | undefined

  function turn(): void {
    if (stopped) return
    for (const listener of turnListeners) listener()
  }

  async function streamOnce(): Promise<void> {
    let openedAt: number | undefined
    attempt = new AbortController()
    retryAtOnce = false
    try {
      const client = await parts.client()
      if (stopped) return
      const listener = {
        opened() {
          openedAt = performance.now()
          isOpen = true
          turn()
        },
        event(event: ContainerEvent) {
          if (!stopped) for (const listen of eventListeners) listen(event)
        },
      }
      await client.events(listener, attempt.signal, parts.now() - parts.replayMs)
    } catch {
      // The look that follows meets the same failure and has the words for it.
    }
    isOpen = false
    if (openedAt !== undefined && performance.now() - openedAt > provenAfterMs) {
      parts.backOff.reset()
    }
    turn()
  }

  async function keepStreaming(): Promise<void> {
    while (!stopped) {
      await streamOnce()
      if (stopped || retryAtOnce) continue
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, parts.backOff.next())
      wake = resolve
      await promise
      clearTimeout(timer)
      wake = undefined
    }
  }

  return {
    get isOpen() {
      return isOpen
    },
    onTurn(listener) {
      turnListeners.add(listener)
      return () => turnListeners.delete(listener)
    },
    onEvent(listener) {
      eventListeners.add(listener)
      return () => eventListeners.delete(listener)
    },
    start() {
      running ??= keepStreaming()
    },
    retryNow() {
      if (isOpen) return
      parts.backOff.reset()
      retryAtOnce = true
      wake?.()
    },
    restart() {
      attempt.abort()
    },
    async stop() {
      stopped = true
      attempt.abort()
      wake?.()
      await running
    },
  }
}
