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

type WatcherParts<T> = {
  source: string
  /** Reads the source whole. Throws when it cannot. */
  look: (signal: AbortSignal) => Promise<T>
  /** Subscribes to whatever says "look again". In place before the first look. */
  hints: (again: () => void) => Stop
  /** Hints within this time make one look. */
  settleMs: number
  /** The net under the hints: a look at least this often. */
  everyMs: number
  /** A look that takes longer is a source that cannot be read. */
  giveUpAfterMs?: number
  now?: () => number
}

const usualPatienceMs = 60_000
const longestRestMs = 1000

export function watcher<T>(parts: WatcherParts<T>): Watcher<T> {
  const now = parts.now ?? Date.now
  let publish: ((reading: Reading<T>) => void) | undefined
  let stopped = false
  let lastKnown: T | undefined
  let settling: NodeJS.Timeout | undefined
  let net: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let askedAgain = false
  let looking: AbortController | undefined
  let lastTookMs = 0
  let stopHints: Stop = () => {}

  /** Ends with the look, or when it takes too long, or at `stop`; never hangs. */
  async function look(): Promise<T> {
    const { promise: givenUp, reject } = Promise.withResolvers<never>()
    const controller = new AbortController()
    looking = controller
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason))
    const timer = setTimeout(() => {
      const message = `Looking at ${parts.source} took too long.`
      controller.abort(Object.assign(new Error(message), { code: 'timeout' }))
    }, parts.giveUpAfterMs ?? usualPatienceMs)
    try {
      return await Promise.race([parts.look(controller.signal), givenUp])
    } finally {
      clearTimeout(timer)
    }
  }

  async function lookOnce(): Promise<void> {
    const begun = performance.now()
    let reading: Reading<T>
    try {
      lastKnown = await look()
      reading = known(lastKnown, now())
    } catch (error) {
      reading = unknown(failureOf(error), now(), lastKnown)
    }
    lastTookMs = performance.now() - begun
    if (!stopped) publish?.(reading)
  }

  async function lookUntilQuiet(): Promise<void> {
    try {
      do {
        askedAgain = false
        await lookOnce()
      } while (askedAgain && !stopped)
    } finally {
      running = undefined
    }
  }

  /** One look at a time; a wish that comes in the middle of one makes exactly one more. */
  function lookNow(): Promise<void> {
    if (stopped) return Promise.resolve()
    if (running) askedAgain = true
    else running = lookUntilQuiet()
    return running
  }

  /** A storm of hints leaves at least half of the time to others. */
  function again(): void {
    if (stopped || settling) return
    const restMs = Math.max(parts.settleMs, Math.min(lastTookMs, longestRestMs))
    settling = setTimeout(() => {
      settling = undefined
      void lookNow()
    }, restMs)
  }

  return {
    source: parts.source,
    start(publishTo) {
      publish = publishTo
      net = setInterval(() => void lookNow(), parts.everyMs)
      stopHints = parts.hints(again)
      void lookNow()
    },
    lookNow,
    async stop() {
      stopped = true
      clearTimeout(settling)
      clearInterval(net)
      stopHints()
      stopHints = () => {}
      looking?.abort()
      await running
    },
  }
}
