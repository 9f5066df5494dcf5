import { findingCodes } from '../../shared/assess/finding.ts'
import { CommandProblem, type ExitCode, exitCodes } from './exit-codes.ts'
import type { Session } from './session.ts'

export async function runbook(session: Session, code: string): Promise<ExitCode> {
  const known = findingCodes.find((candidate) => candidate === code.toUpperCase())
  if (!known) {
    throw new CommandProblem(
      `There is no finding ${code}. The codes are:\n  ${findingCodes.join('\n  ')}`,
      exitCodes.wrongUsage,
    )
  }
  session.stdout.write(await session.readRunbook(known))
  return exitCodes.fine
}
