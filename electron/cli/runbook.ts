import { findingCodes } from '../../shared/assess/finding.ts'
import { fillRunbook } from '../../shared/assess/runbook.ts'
import { CommandProblem, type ExitCode, exitCodes } from './exit-codes.ts'
import { wrapProse } from './reporters/wrap.ts'
import { type GlobalOptions, type Session, withSentinel } from './session.ts'

/** The page of a finding, with the names of this machine's stack filled in. */
export async function runbook(
  session: Session,
  options: GlobalOptions,
  code: string,
): Promise<ExitCode> {
  const known = findingCodes.find((candidate) => candidate === code.toUpperCase())
  if (!known) {
    throw new CommandProblem(
      `There is no finding ${code}. The codes are:\n  ${findingCodes.join('\n  ')}`,
      exitCodes.wrongUsage,
    )
  }
  const page = await session.readRunbook(known)
  return withSentinel(session, options, async (sentinel) => {
    const text = fillRunbook(page, sentinel.mirror().stacks[0])
    session.stdout.write(wrapProse(text, session.stdout.columns))
    return exitCodes.fine
  })
}
