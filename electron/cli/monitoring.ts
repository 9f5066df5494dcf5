import type { MonitoringView } from '../../shared/ipc/monitoring-view.ts'
import { CommandProblem, type ExitCode, exitCodes } from './exit-codes.ts'
import { type MonitoringPart, monitoringParts } from './reporters/monitoring-text.ts'
import { type GlobalOptions, printer, type Session, theStack, withSentinel } from './session.ts'

export const partNames = Object.keys(monitoringParts) as MonitoringPart[]

/** Looks once beyond the containers and prints one part of what is seen. */
export function monitoring(
  session: Session,
  options: GlobalOptions,
  part: MonitoringPart,
): Promise<ExitCode> {
  const { rows, text, state } = monitoringParts[part]
  return withSentinel(session, { ...options, monitoring: true }, async (sentinel) => {
    const view = viewOf(sentinel.monitoring(theStack(sentinel).stack))
    printer(session, options).either((paint) => text(view, paint), rows(view))
    return {
      works: exitCodes.fine,
      broken: exitCodes.findings,
      'cannot-tell': exitCodes.couldNotSee,
    }[state(view)]
  })
}

/** Makes what is there now the baseline that drift is measured against. */
export function accept(session: Session, options: GlobalOptions): Promise<ExitCode> {
  return withSentinel(session, { ...options, monitoring: true }, async (sentinel) => {
    const { stack } = theStack(sentinel)
    await sentinel.acceptBaseline(stack)
    const { drift, acceptedAt } = viewOf(sentinel.monitoring(stack))
    printer(session, options).either(
      () => `${stack} is accepted as it is now: ${drift.length} files, images and services.`,
      { stack, acceptedAt, drift },
    )
    return exitCodes.fine
  })
}

export function viewOf(view: MonitoringView | null): MonitoringView {
  if (view) return view
  throw new CommandProblem('Nobody looks beyond the containers here.', exitCodes.couldNotSee)
}
