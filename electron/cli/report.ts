import type { TimelineEntry } from '../../shared/ipc/status.ts'
import { type IncidentRecord, incidentReport } from '../../shared/report/incident-report.ts'
import { CommandProblem, type ExitCode, exitCodes } from './exit-codes.ts'
import { type GlobalOptions, printer, type Session } from './session.ts'
import { sinceWhen } from './timeline.ts'

export type ReportOptions = GlobalOptions & { since: string; out?: string }

export type ReportSources = {
  readTimeline: (since: string) => Promise<TimelineEntry[]>
  readRecords: (since: string) => Promise<IncidentRecord[]>
  /** Writes a new file; rejects when it is there already. */
  writeNew: (path: string, text: string) => Promise<void>
}

/** Writes the account of what happened, from what was recorded: no engine is asked. */
export async function report(
  session: Session,
  options: ReportOptions,
  sources: ReportSources,
): Promise<ExitCode> {
  const now = Date.now()
  const since = sinceWhen(options.since, now)
  const [timeline, records] = await Promise.all([
    sources.readTimeline(since),
    sources.readRecords(since),
  ])
  const matter = { since, until: new Date(now).toISOString(), records, timeline }
  const text = incidentReport(matter)
  const print = printer(session, options)
  if (options.out === undefined) {
    print.either(() => text, matter)
    return exitCodes.fine
  }
  try {
    await sources.writeNew(options.out, options.json ? JSON.stringify(matter, null, 2) : text)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const there = `${options.out} is there already and is not overwritten; give another name.`
    throw new CommandProblem(code === 'EEXIST' ? there : message, exitCodes.wrongUsage)
  }
  print.line(`Written to ${options.out}.`)
  return exitCodes.fine
}
