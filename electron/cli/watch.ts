import type { WatchLine } from '../../shared/ipc/status.ts'
import type { Sentinel } from '../sentinel/surface.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { untilInterrupted } from './interrupted.ts'
import { news } from './reporters/lines-text.ts'
import { statusText } from './reporters/status-text.ts'
import { type GlobalOptions, printer, type Session } from './session.ts'

export type WatchOptions = GlobalOptions & { notify?: boolean }

/** Guards until it is interrupted, one line for each thing that happens. */
export async function watch(
  session: Session,
  options: WatchOptions,
  notify: (sentinel: Sentinel) => () => Promise<void>,
): Promise<ExitCode> {
  const print = printer(session, options)
  const sentinel = await session.open({
    stacks: options.stack ?? [],
    oneShot: false,
    monitoring: options.monitoring ?? true,
  })
  const ended = untilInterrupted(session)
  const newsOf = news(print.paint)
  sentinel.onLine((line: WatchLine) => {
    if (options.json) return print.verbatim(JSON.stringify(line))
    const text = newsOf(line)
    if (text !== undefined) print.line(text)
  })
  const stopNotifying = options.notify ? notify(sentinel) : undefined
  try {
    await sentinel.start()
    if (!options.json) {
      for (const stack of sentinel.mirror().stacks) print.line(statusText(stack, print.paint))
      print.line(print.paint('dim', '\nWatching. Ctrl+C ends it.'))
    }
    await ended
  } finally {
    await stopNotifying?.()
    await sentinel.stop()
  }
  return exitCodes.fine
}
