import type { WatchLine } from '../../shared/ipc/status.ts'
import type { DemoGuard } from '../guard.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { untilInterrupted } from './interrupted.ts'
import { news } from './reporters/lines-text.ts'
import { statusText } from './reporters/status-text.ts'
import { printer, type Session } from './session.ts'

/** Plays the incident and its cure in the terminal. Every line says DEMO. */
export async function demo(
  session: Session,
  options: { stay?: boolean },
  open: () => Promise<DemoGuard>,
): Promise<ExitCode> {
  const { line, paint } = printer(session, {})
  const newsOf = news(paint)
  const interrupted = new AbortController()
  const ended = untilInterrupted(session).then(() => interrupted.abort())
  const { sentinel, play, howToPlay } = await open()
  sentinel.onLine((event: WatchLine) => {
    // The timeline repeats what the story tells; the alarm is what is to be seen here.
    const text = event.type === 'incident' ? newsOf(event) : undefined
    if (text !== undefined) for (const part of text.split('\n')) line(`DEMO  ${part}`)
  })
  try {
    await sentinel.start()
    const problem = await play(line, interrupted.signal)
    if (interrupted.signal.aborted) return exitCodes.fine
    for (const status of sentinel.mirror().stacks) {
      for (const part of statusText(status, paint).split('\n')) line(`DEMO  ${part}`.trimEnd())
    }
    if (problem !== null) {
      line(`DEMO  The story came to a halt at ${problem}`)
      return exitCodes.planFailed
    }
    if (options.stay) {
      for (const hint of howToPlay) line(hint)
      await ended
    }
    return exitCodes.fine
  } finally {
    await sentinel.stop()
  }
}
