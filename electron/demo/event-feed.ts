import { sha256 } from './container-spec.ts'
import type { SmallContainer } from './small-container.ts'

/** A line of `/events` as API 1.45 gives it; `status`, `id` and `from` left with API 1.52. */
export type EngineEvent = {
  status?: string
  id?: string
  from?: string
  Type: 'container' | 'network'
  Action: string
  Actor: { ID: string; Attributes: Readonly<Record<string, string>> }
  scope: 'local'
  time: number
  timeNano: number
}

export type EventFeed = {
  /** Something happened to a container; its labels travel with the news. */
  container(
    container: SmallContainer,
    action: string,
    more?: Readonly<Record<string, string>>,
  ): void
  /** A container joined or left its network. */
  network(container: SmallContainer, action: 'connect' | 'disconnect'): void
  networkCreated(name: string): void
  /** Tells every event from now on; returns what ends it. */
  subscribe(listener: (event: EngineEvent) => void): () => void
}

export function eventFeed(now: () => number = Date.now): EventFeed {
  const listeners = new Set<(event: EngineEvent) => void>()

  function publish(event: Omit<EngineEvent, 'scope' | 'time' | 'timeNano'>): void {
    const at = now()
    const whole: EngineEvent = {
      ...event,
      scope: 'local',
      time: Math.floor(at / 1000),
      timeNano: at * 1_000_000,
    }
    for (const listener of listeners) listener(whole)
  }

  const networkActor = (name: string, more: Record<string, string> = {}) => ({
    ID: sha256(name),
    Attributes: { ...more, name, type: name === 'host' ? 'host' : 'bridge' },
  })

  return {
    container({ id, spec }, action, more = {}) {
      publish({
        status: action,
        id,
        from: spec.image,
        Type: 'container',
        Action: action,
        Actor: {
          ID: id,
          Attributes: { ...spec.labels, ...more, image: spec.image, name: spec.name },
        },
      })
    },
    network({ id, spec }, action) {
      const Actor = networkActor(spec.network, { container: id })
      publish({ Type: 'network', Action: action, Actor })
    },
    networkCreated(name) {
      publish({ Type: 'network', Action: 'create', Actor: networkActor(name) })
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
