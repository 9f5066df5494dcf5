import type { ExporterSight, Exposition } from '../../../shared/domain/exporter-sight.ts'
import type { Endpoints } from '../../../shared/domain/monitoring.ts'
import type { ServiceSight } from '../../../shared/domain/prometheus.ts'
import { type Scraper, scraper as usualScraper } from '../../adapters/exposition/scrape.ts'
import { exporterWatcher } from './exporter.ts'
import { lane } from './lane.ts'
import { serviceWatchers } from './service-watchers.ts'

type ExporterEndpoint = Endpoints['exporters'][number]

/**
 * Keeps every exporter of a stack in view, each at its own place in the interval. Publishes the
 * whole list, unasked, at most once in `settleMs`.
 */
export interface ExporterWatchers {
  start(publish: (sights: readonly ExporterSight[]) => void): void
  setEndpoints(endpoints: Endpoints['exporters']): void
  /** Something happened near these programs, a container's start for example: look again. */
  lookSoon(): void
  /** Resolves when everything has been looked at once more and was published. */
  lookNow(): Promise<void>
  /** After this nothing is published any more. */
  stop(): Promise<void>
}

type ExporterWatchersParts = {
  everyMs?: number
  timeoutMs?: number
  /** Scrapes under way at a time, among those that answered last time and among the others. */
  atOnce?: number
  settleMs?: number
  scraper?: Scraper
  now?: () => number
}

export function exporterWatchers(parts: ExporterWatchersParts = {}): ExporterWatchers {
  const { everyMs = 15_000, timeoutMs = 10_000, atOnce = 32, settleMs = 500 } = parts
  const scraper = parts.scraper ?? usualScraper()
  const lanes = { well: lane(atOnce), unwell: lane(atOnce) }
  const kinds = new Map<string, string>()
  let publish: ((sights: readonly ExporterSight[]) => void) | undefined
  let latest: readonly ServiceSight<Exposition>[] = []
  let publishing: NodeJS.Timeout | undefined
  let publishedAt = -Infinity
  let stopped = false

  const watchers = serviceWatchers<Exposition, ExporterEndpoint>(
    ({ url }, hints) =>
      exporterWatcher({
        ...{ url, scraper, everyMs, timeoutMs, lanes, hints },
        ...(parts.now && { now: parts.now }),
      }),
    parts.now,
  )

  function publishNow(): void {
    clearTimeout(publishing)
    publishing = undefined
    publishedAt = performance.now()
    if (stopped) return
    publish?.(
      latest.map(({ project, service, url, look }) => {
        const kind = kinds.get(keyOf({ project, service, url })) ?? ''
        return { project, service, kind, url, exposition: look }
      }),
    )
  }

  function publishSoon(): void {
    const restMs = publishedAt + settleMs - performance.now()
    publishing ??= setTimeout(publishNow, Math.max(0, restMs))
  }

  return {
    start(publishTo) {
      publish = publishTo
      watchers.start((sights) => {
        latest = sights
        publishSoon()
      })
    },
    setEndpoints(endpoints) {
      kinds.clear()
      for (const endpoint of endpoints) kinds.set(keyOf(endpoint), endpoint.kind)
      watchers.setEndpoints(endpoints)
    },
    lookSoon: watchers.lookSoon,
    async lookNow() {
      await watchers.lookNow()
      publishNow()
    },
    async stop() {
      stopped = true
      clearTimeout(publishing)
      await watchers.stop()
      scraper.close()
    },
  }
}

const keyOf = ({ project, service, url }: { project: string; service: string; url: string }) =>
  `${project}\n${service}\n${url}`
