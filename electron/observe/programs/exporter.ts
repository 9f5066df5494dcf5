import type { Exposition } from '../../../shared/domain/exporter-sight.ts'
import type { Scraper } from '../../adapters/exposition/scrape.ts'
import { type Stop, type Watcher, watcher } from '../watcher.ts'
import { everyBeat, offsetOf } from './beat.ts'
import type { Lane } from './lane.ts'

type ExporterWatcherParts = {
  url: string
  scraper: Scraper
  everyMs: number
  /** A scrape that takes longer has failed; never longer than the interval. */
  timeoutMs: number
  /** Exporters that did not answer last time wait for each other, and nobody waits for them. */
  lanes: { well: Lane; unwell: Lane }
  hints?: (again: () => void) => Stop
  now?: () => number
}

/** Something near the exporter has changed: a container that has just started needs a moment. */
const settleMs = 250
/** The beat is what makes it look; this is only there because a watcher has a net. */
const netMs = 24 * 3_600_000

/** Keeps one exporter in view by scraping it at its own place in each interval. */
export function exporterWatcher(parts: ExporterWatcherParts): Watcher<Exposition> {
  const { url, everyMs, lanes, scraper } = parts
  const timeoutMs = Math.min(parts.timeoutMs, everyMs)
  let isWell = true
  let isLooking = false

  async function look(signal: AbortSignal): Promise<Exposition> {
    isLooking = true
    try {
      const seen = await lanes[isWell ? 'well' : 'unwell'](() => {
        signal.throwIfAborted()
        return scraper.scrape(url, { timeoutMs, signal })
      })
      isWell = true
      return seen
    } catch (error) {
      isWell = false
      throw error
    } finally {
      isLooking = false
    }
  }

  const watching: Watcher<Exposition> = watcher({
    source: `the exporter at ${withoutPassword(url)}`,
    look,
    hints(again) {
      const stopHints = parts.hints?.(again)
      const stopBeat = everyBeat(everyMs, offsetOf(url, everyMs), () => {
        // A scrape that is still under way answers for this beat too.
        if (!isLooking) void watching.lookNow()
      })
      return () => {
        stopHints?.()
        stopBeat()
      }
    },
    settleMs,
    everyMs: netMs,
    ...(parts.now && { now: parts.now }),
  })
  return watching
}

function withoutPassword(url: string): string {
  const parsed = URL.parse(url)
  return parsed ? `${parsed.origin}${parsed.pathname}` : 'an address that is no URL'
}
