import type { Health } from '../../shared/ipc/status.ts'

/** What the command line tells a script. The README and `--help` list the same. */
export const exitCodes = {
  fine: 0,
  findings: 1,
  couldNotSee: 2,
  wrongUsage: 3,
  planFailed: 4,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

const byHealth: Record<Health, ExitCode> = {
  ok: exitCodes.fine,
  warning: exitCodes.findings,
  critical: exitCodes.findings,
  unknown: exitCodes.couldNotSee,
}

export const exitCodeFor = (health: Health): ExitCode => byHealth[health]

export const exitCodeHelp = `Exit codes:
  0  fine
  1  findings of warning or worse
  2  could not see
  3  wrong usage or configuration
  4  a plan failed or was refused`

/** Ends a command with a sentence and a code, without a stack trace. */
export class CommandProblem extends Error {
  readonly exitCode: ExitCode
  constructor(message: string, exitCode: ExitCode) {
    super(message)
    this.exitCode = exitCode
  }
}
