import { type Stop, type Watcher, watcher } from '../watcher.ts'

/** Something that is asked over and over, and closed at the end. */
export type Asked<T> = { look(signal: AbortSignal): Promise<T>; close(): void }

type AskedWatcherParts<T> = {
  source: string
  client: () => Asked<T>
  everyMs: number
  hints?: (again: () => void) => Stop
  now?: () => number
}

/** Bursts of hints come with containers that start: a program needs a moment to listen. */
const settleMs = 250
const giveUpAfterMs = 20_000

/** Keeps a program that tells nothing by itself in view, by asking it at its interval. */
export function askedWatcher<T>(parts: AskedWatcherParts<T>): Watcher<T> {
  let client: Asked<T> | undefined
  const watching = watcher<T>({
    source: parts.source,
    // Opened late, since an address that makes no sense must become a failure of the reading.
    look: async (signal) => {
      client ??= parts.client()
      return client.look(signal)
    },
    hints: parts.hints ?? (() => () => {}),
    settleMs,
    everyMs: parts.everyMs,
    giveUpAfterMs,
    ...(parts.now && { now: parts.now }),
  })
  return {
    ...watching,
    async stop() {
      await watching.stop()
      client?.close()
      client = undefined
    },
  }
}
