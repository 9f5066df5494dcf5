import { known, type Reading, unknown } from '../../shared/domain/reading.ts'
import { failureOf } from './failure-of.ts'

/** Ends what was begun. Safe to call twice. */
export type Stop = () => void

/**
 * Keeps one source in view. Events of the source only ask for another look; a look is
 * always whole; a throw becomes `unknown`. After `stop` nothing is published any more.
 */
export interface Watcher<T> {
  readonly source: string
  start(publish: (reading: Reading<T>) => void): void
  /** Looks once more and publishes, even if nothing has changed. */
  lookNow(): Promise<void>
  stop(): Promise<void>
}

export type WatcherParts<T> = {
  source: string
  /** Reads the source whole. Throws when it cannot. */
  look: (signal: AbortSignal) => Promise<T>
  /** Subscribes to whatever says "look again". */
  hints: (again: () => void) => Stop | Promise<Stop>
  /** Hints within this time make one look. */
  settleMs: number
  /** The net under the hints: a look at least this often. */
  everyMs: number
  now?: () => number
}

export function watcher<T>(parts: WatcherParts<T>): Watcher<T> {
  const now = parts.now ?? Date.now
  const stopping = new AbortController()
  let publish: ((reading: Reading<T>) => void) | undefined
  let lastKnown: T | undefined
  let settling: NodeJS.Timeout | undefined
  let net: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let askedAgain = false
  let stopHints: Stop | undefined

  async function lookOnce(): Promise<void> {
    let reading: Reading<T>
    try {
      lastKnown = await parts.look(stopping.signal)
      reading = known(lastKnown, now())
    } catch (error) {
      reading = unknown(failureOf(error), now(), lastKnown)
    }
    if (!stopping.signal.aborted) publish?.(reading)
  }

  /** One look at a time; a wish that comes in the middle of one makes exactly one more. */
  function lookNow(): Promise<void> {
    if (running) {
      askedAgain = true
      return running
    }
    running = (async () => {
      do {
        askedAgain = false
        await lookOnce()
      } while (askedAgain && !stopping.signal.aborted)
      running = undefined
    })()
    return running
  }

  function again(): void {
    if (stopping.signal.aborted || settling) return
    settling = setTimeout(() => {
      settling = undefined
      void lookNow()
    }, parts.settleMs)
  }

  return {
    source: parts.source,
    start(publishTo) {
      publish = publishTo
      net = setInterval(() => void lookNow(), parts.everyMs)
      void Promise.resolve(parts.hints(again)).then((stop) => {
        if (stopping.signal.aborted) stop()
        else stopHints = stop
      }, again)
      void lookNow()
    },
    lookNow,
    async stop() {
      stopping.abort()
      clearTimeout(settling)
      clearInterval(net)
      stopHints?.()
      stopHints = undefined
      await running
    },
  }
}
