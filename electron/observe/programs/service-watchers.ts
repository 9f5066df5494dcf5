import type { ServiceSight } from '../../../shared/domain/prometheus.ts'
import { lastSeen, type Reading, unknown } from '../../../shared/domain/reading.ts'
import { keptInStep } from '../kept-in-step.ts'
import type { Stop, Watcher } from '../watcher.ts'

/** Where a monitoring program of the stack can be asked. */
export type ServiceEndpoint = { project: string; service: string; url: string }

/**
 * Keeps every program of one sort in view, one watcher for each endpoint. Publishes the whole
 * list, unasked, whenever any of it changes.
 */
export interface ServiceWatchers<T, E extends ServiceEndpoint = ServiceEndpoint> {
  start(publish: (sights: readonly ServiceSight<T>[]) => void): void
  setEndpoints(endpoints: readonly E[]): void
  /** Something happened near these programs, a container's start for example: look again. */
  lookSoon(): void
  /** Resolves when everything has been looked at once more and was published. */
  lookNow(): Promise<void>
  /** After this nothing is published any more. */
  stop(): Promise<void>
}

/** What one endpoint is watched by; `hints` is where `lookSoon` comes through. */
type OpenWatcher<T, E extends ServiceEndpoint> = (
  endpoint: E,
  hints: (again: () => void) => Stop,
) => Watcher<T>

type Place<T, E> = { endpoint: E; watcher: Watcher<T>; reading: Reading<T> }

export function serviceWatchers<T, E extends ServiceEndpoint = ServiceEndpoint>(
  open: OpenWatcher<T, E>,
  now: () => number = Date.now,
): ServiceWatchers<T, E> {
  const listeners = new Set<() => void>()
  let publish: ((sights: readonly ServiceSight<T>[]) => void) | undefined

  const kept = keptInStep<E, Place<T, E>>({
    open: (_, endpoint) => watch(endpoint),
    watchIn: ({ watcher }) => watcher,
    publish: () =>
      publish?.(
        [...kept.places.values()].map(({ endpoint: { project, service, url }, reading }) => ({
          project,
          service,
          url,
          look: reading,
        })),
      ),
  })

  function hints(again: () => void): Stop {
    listeners.add(again)
    return () => listeners.delete(again)
  }

  function watch(endpoint: E): Place<T, E> {
    const pending = {
      code: 'pending',
      message: `${endpoint.service} has not been asked yet.`,
    } as const
    const place: Place<T, E> = {
      endpoint,
      watcher: open(endpoint, hints),
      reading: unknown(pending, now()),
    }
    place.watcher.start((reading) => {
      place.reading =
        reading.status === 'known'
          ? reading
          : unknown(
              reading.failure,
              reading.observedAt,
              reading.lastKnown ?? lastSeen(place.reading),
            )
      kept.changed()
    })
    return place
  }

  return {
    start(publishTo) {
      publish = publishTo
      kept.changed()
    },
    setEndpoints(endpoints) {
      kept.setWanted(new Map(endpoints.map((one) => [JSON.stringify(one), one])))
    },
    lookSoon() {
      for (const again of listeners) again()
    },
    async lookNow() {
      await Promise.all([...kept.places.values()].map(({ watcher }) => watcher.lookNow()))
      kept.publishNow()
    },
    stop: kept.stop,
  }
}
