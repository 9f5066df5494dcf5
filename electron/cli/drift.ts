import type { FileChanges } from '../../shared/ipc/file-changes.ts'
import type { MonitoringView } from '../../shared/ipc/monitoring-view.ts'
import type { Sentinel } from '../sentinel/surface.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { viewOf } from './monitoring.ts'
import { fileChangesText, otherDriftText } from './reporters/drift-text.ts'
import { monitoringParts } from './reporters/monitoring-text.ts'
import { type GlobalOptions, printer, type Session, theStack, withSentinel } from './session.ts'

/** Prints what differs from what was accepted, files line by line, secrets masked. */
export function drift(session: Session, options: GlobalOptions): Promise<ExitCode> {
  return withSentinel(session, { ...options, monitoring: true }, async (sentinel) => {
    const { stack } = theStack(sentinel)
    const view = viewOf(sentinel.monitoring(stack))
    const changes = await changesOf(sentinel, stack, view)
    const print = printer(session, options)
    const { text, state } = monitoringParts.drift
    print.either((paint) => text(view, paint), {
      acceptedAt: view.acceptedAt,
      drift: view.drift,
      changes,
    })
    if (!options.json) {
      const others = otherDriftText(view)
      const lines = [...(others.length > 0 ? ['', ...others] : [])]
      for (const line of [...lines, ...fileChangesText(changes, print.paint)]) print.verbatim(line)
    }
    return {
      works: exitCodes.fine,
      broken: exitCodes.findings,
      'cannot-tell': exitCodes.couldNotSee,
    }[state(view)]
  })
}

/** Of every file that is not as it was accepted; a file that nobody accepted has no before. */
async function changesOf(
  sentinel: Sentinel,
  stack: string,
  { drift: rows }: MonitoringView,
): Promise<FileChanges[]> {
  const changes: FileChanges[] = []
  for (const { what, subject, state } of rows) {
    if (what !== 'file' || (state !== 'changed' && state !== 'missing')) continue
    changes.push(await sentinel.changes(stack, subject))
  }
  return changes
}
