import type { Watchdog } from '../../../shared/domain/prometheus.ts'
import type { WatchdogReceiver } from '../../adapters/watchdog/watchdog-receiver.ts'
import { type Watcher, watcher } from '../watcher.ts'

type WatchdogWatcherParts = {
  receiver: WatchdogReceiver
  /** How often Alertmanager sends it: its `repeat_interval` for this receiver. */
  everySeconds: number
  everyMs?: number
  now?: () => number
}

const settleMs = 20
const usualEveryMs = 30_000

/** Keeps the heartbeat of Alertmanager in view, and the door open through which it comes. */
export function watchdogWatcher(parts: WatchdogWatcherParts): Watcher<Watchdog> {
  const { receiver, everySeconds } = parts
  const watching = watcher<Watchdog>({
    source: "Alertmanager's heartbeat",
    async look() {
      await receiver.listen()
      const url = receiver.url()
      const listeningSince = receiver.listeningSince()
      if (url === undefined || listeningSince === undefined)
        throw new Error('The receiver of the heartbeat was closed.')
      const lastBeatAt = receiver.lastBeatAt()
      return { url, everySeconds, listeningSince, ...(lastBeatAt !== undefined && { lastBeatAt }) }
    },
    hints: receiver.onChange,
    settleMs,
    everyMs: parts.everyMs ?? usualEveryMs,
    ...(parts.now && { now: parts.now }),
  })
  return {
    ...watching,
    async stop() {
      await watching.stop()
      await receiver.close()
    },
  }
}
