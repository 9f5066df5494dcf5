import type { Intent } from '../../shared/domain/intent.ts'
import type { OperationView, PlanProposal } from '../../shared/ipc/contract.ts'
import type { Sentinel } from '../sentinel/surface.ts'
import { CommandProblem, type ExitCode, exitCodes } from './exit-codes.ts'
import type { Paint } from './reporters/paint.ts'
import {
  confirm,
  type GlobalOptions,
  printer,
  type Session,
  theStack,
  withSentinel,
} from './session.ts'

export type CarryOutOptions = GlobalOptions & { dryRun?: boolean; yes?: boolean }

/** Plans, shows the plan, asks, carries it out, and says how it went. */
export function carryOut(
  session: Session,
  options: CarryOutOptions,
  intent: Intent,
): Promise<ExitCode> {
  return withSentinel(session, options, async (sentinel) => {
    const print = printer(session, options)
    const { stack } = theStack(sentinel)
    const proposal = await sentinel.propose(stack, intent)
    if (proposal.kind === 'refusal' || proposal.steps.length === 0 || options.dryRun) {
      print.either((paint) => proposalText(proposal, paint), proposal)
      return proposal.kind === 'refusal' ? exitCodes.planFailed : exitCodes.fine
    }
    if (!options.json) print.line(proposalText(proposal, print.paint))
    if (!options.yes && !(await isApproved(session, proposal.confirmWith))) {
      throw new CommandProblem('Nothing was changed.', exitCodes.planFailed)
    }
    const onInterrupt = () => sentinel.cancel()
    process.on('SIGINT', onInterrupt)
    try {
      const operation = await executed(sentinel, proposal.hash)
      print.either((paint) => operationText(operation, paint), operation)
      return operation.outcome === 'done' ? exitCodes.fine : exitCodes.planFailed
    } finally {
      process.off('SIGINT', onInterrupt)
    }
  })
}

/** What needs care asks for more than one key. */
const isApproved = (session: Session, word: string | undefined): Promise<boolean> =>
  word === undefined
    ? confirm(session, '\nCarry out this plan?')
    : confirm(session, `\nType ${word} to carry out this plan:`, word)

/** What keeps a plan from being begun (another one runs, no journal) is a plan that failed. */
async function executed(sentinel: Sentinel, hash: string): Promise<OperationView> {
  try {
    return await sentinel.execute(hash)
  } catch (error) {
    throw new CommandProblem(
      `The plan was not begun: ${(error as Error).message}`,
      exitCodes.planFailed,
    )
  }
}

function proposalText(proposal: PlanProposal, paint: Paint): string {
  if (proposal.kind === 'refusal') {
    return `${paint('yellow', 'Refused:')} ${proposal.sentence}\n${paint('bold', 'Next:')} ${proposal.nextStep}`
  }
  if (proposal.steps.length === 0) return 'Nothing to do: everything is as it should be.'
  return [
    paint('bold', proposal.title),
    ...proposal.steps.map(({ what, cause }, index) => `  ${index + 1}. ${what} (${cause})`),
    ...proposal.warnings.map((warning) => `  ${paint('yellow', '▲')} ${warning}`),
  ].join('\n')
}

const marks: Record<OperationView['steps'][number]['state'], string> = {
  waiting: '·',
  running: '…',
  done: '✓',
  failed: '✗',
  skipped: '-',
  'rolled-back': '↶',
}

/** How every step went, and the outcome. */
export function operationText(operation: OperationView, paint: Paint): string {
  const style = operation.outcome === 'done' ? 'green' : 'red'
  return [
    ...operation.steps.flatMap(({ state, what, remark, problem }) => [
      `  ${marks[state]} ${what}`,
      ...[remark, problem].flatMap((one) => (one ? [`      ${one}`] : [])),
    ]),
    paint(style, operation.sentence),
    ...(operation.outcome === 'stopped'
      ? [
          `Go on:     odin-sentinel continue ${operation.id}`,
          `Roll back: odin-sentinel roll-back ${operation.id}`,
          `Leave it:  odin-sentinel leave ${operation.id}`,
        ]
      : []),
  ].join('\n')
}
