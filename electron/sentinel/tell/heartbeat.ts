import { withoutStop } from '../../../shared/kit/without-stop.ts'
import { secretDoor } from '../../adapters/forward/secret-door.ts'
import type { Sentinel } from '../surface.ts'

export type HeartbeatCount = { sent: number; failed: number }

type HeartbeatParts = {
  sentinel: Pick<Sentinel, 'mirror'>
  /** May hold a token: never printed whole. */
  url: string
  everyMs: number
  /** Also counts for the metrics. */
  count: HeartbeatCount
  /** It is not taken, once; and that it is again. */
  onProblem?: (sentence: string) => void
  now?: () => number
}

/** Verdicts come every ten seconds. Who has given none for so long hangs, and must not beat. */
const verdictsStopAfterMs = 120_000

/** Tells somebody elsewhere that Sentinel watches and judges; who misses it raises the alarm. */
export function heartbeat(parts: HeartbeatParts): () => Promise<void> {
  const { sentinel, count, now = Date.now } = parts
  const door = secretDoor('its receiver', parts.url)
  const ended = new AbortController()
  let fails = false
  let beating: Promise<void> | undefined

  function verdictsCome(): boolean {
    const last = Math.max(...sentinel.mirror().stacks.map(({ at }) => Date.parse(at)))
    // A clock that was set back makes the last verdict one of the future for a while.
    return Math.abs(now() - last) < verdictsStopAfterMs
  }

  async function send(): Promise<void> {
    try {
      await door.get(ended.signal)
      count.sent += 1
      if (fails) parts.onProblem?.('The heartbeat is taken again.')
      fails = false
    } catch (error) {
      if (ended.signal.aborted) return
      count.failed += 1
      const why = withoutStop((error as Error).message)
      if (!fails) parts.onProblem?.(`The heartbeat is not taken: ${why}.`)
      fails = true
    }
  }

  function tick(): void {
    if (beating || !verdictsCome()) return
    beating = send().finally(() => {
      beating = undefined
    })
  }

  const timer = setInterval(tick, parts.everyMs)
  timer.unref()
  tick()
  return async () => {
    clearInterval(timer)
    ended.abort()
    await beating
  }
}
