import { worstHealth } from '../sentinel/tell/changes.ts'
import { type ExitCode, exitCodeFor, exitCodes } from './exit-codes.ts'
import { statusText } from './reporters/status-text.ts'
import { type GlobalOptions, printer, type Session, withSentinel } from './session.ts'

/**
 * One look, one verdict. With several stacks the JSON is the object of the worst one,
 * and `stacks` in it holds all of them.
 */
export function status(session: Session, options: GlobalOptions): Promise<ExitCode> {
  return withSentinel(session, { monitoring: true, ...options }, async (sentinel) => {
    const { stacks } = sentinel.mirror()
    const worst = worstHealth(stacks.map(({ health }) => health))
    const first = stacks.find(({ health }) => health === worst)
    printer(session, options).either(
      (paint) => stacks.map((stack) => statusText(stack, paint)).join('\n\n'),
      stacks.length > 1 ? { ...first, stacks } : first,
    )
    return stacks.every(({ stack }) => stack === null) ? exitCodes.wrongUsage : exitCodeFor(worst)
  })
}
