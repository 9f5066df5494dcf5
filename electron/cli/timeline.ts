import type { TimelineEntry } from '../../shared/ipc/status.ts'
import { CommandProblem, type ExitCode, exitCodes } from './exit-codes.ts'
import { timelineText } from './reporters/lines-text.ts'
import { type GlobalOptions, printer, type Session } from './session.ts'

const units: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** `90m`, `6h`, `2d`, `1w`, or a date that JavaScript understands. */
export function sinceWhen(text: string, now: number): string {
  const [, amount, unit] = /^(\d+)([mhdw])$/.exec(text) ?? []
  const ago = amount && unit ? Number(amount) * (units[unit] ?? 0) : undefined
  const at = ago === undefined ? Date.parse(text) : now - ago
  if (Number.isNaN(at)) {
    throw new CommandProblem(
      `Cannot read "${text}" as a time. Write 90m, 6h, 2d, 1w, or a date such as 2026-11-20.`,
      exitCodes.wrongUsage,
    )
  }
  return new Date(at).toISOString()
}

/** What happened, oldest first. Reads the record only: no engine is asked. */
export async function timeline(
  session: Session,
  options: GlobalOptions & { since: string },
  read: (since: string) => Promise<TimelineEntry[]>,
): Promise<ExitCode> {
  const all = await read(sinceWhen(options.since, Date.now()))
  // What belongs to no stack, a switched context for example, concerns each of them.
  const entries = all.filter(
    ({ stack }) => !options.stack || stack === null || options.stack.includes(stack),
  )
  printer(session, options).either((paint) => timelineText(entries, paint), entries)
  return exitCodes.fine
}
