import type { Intent } from '../../shared/domain/intent.ts'
import { shortId } from '../../shared/domain/short-id.ts'
import type { OperationView, PlanProposal } from '../../shared/ipc/contract.ts'
import type { FileDifference } from '../../shared/ipc/file-changes.ts'
import type { Sentinel } from '../sentinel/surface.ts'
import { localTime } from './backup/backup-words.ts'
import { CommandProblem, type ExitCode, exitCodes } from './exit-codes.ts'
import { differencesText } from './reporters/drift-text.ts'
import type { Paint } from './reporters/paint.ts'
import {
  confirm,
  type GlobalOptions,
  printer,
  type Session,
  theStack,
  withSentinel,
} from './session.ts'

type FileChoice = NonNullable<(PlanProposal & { kind: 'plan' })['filesFrom']>['choices'][number]

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
    const compared = await differencesOf(sentinel, proposal)
    const show = () => {
      print.line(proposalText(proposal, print.paint))
      for (const line of differencesWords(compared, print.paint)) print.verbatim(line)
    }
    if (proposal.kind === 'refusal' || proposal.steps.length === 0 || options.dryRun) {
      if (!options.json) show()
      else print.either(() => '', { ...proposal, ...(compared.differences.length > 0 && compared) })
      return proposal.kind === 'refusal' ? exitCodes.planFailed : exitCodes.fine
    }
    if (!options.json) show()
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
  const warnings = proposal.warnings.map((warning) => `  ${paint('yellow', '▲')} ${warning}`)
  if (proposal.steps.length === 0) {
    const nothing =
      warnings.length === 0
        ? 'Nothing to do: everything is as it should be.'
        : 'There is nothing that this plan could do.'
    return [nothing, ...warnings].join('\n')
  }
  return [
    paint('bold', proposal.title),
    ...proposal.steps.flatMap(({ what, cause, lines = [] }, index) => [
      `  ${index + 1}. ${what} (${cause})`,
      ...lines.map((line) => `       ${line}`),
    ]),
    ...warnings,
    ...otherSources(proposal),
    ...(proposal.dashboards && !proposal.dashboards.carried
      ? ['  Import what was edited in Grafana too: --carry-dashboards']
      : []),
  ].join('\n')
}

/** Where the configuration could come from instead. */
function otherSources({ filesFrom }: PlanProposal & { kind: 'plan' }): string[] {
  const others = (filesFrom?.choices ?? []).filter(({ value }) => value !== filesFrom?.chosen)
  return others.map((choice) => {
    const word = choice.kind === 'snapshot' ? shortId(choice.value) : choice.value
    return `  Configuration from ${sourceWords(choice)}: --files-from ${word}`
  })
}

function sourceWords(choice: FileChoice): string {
  if (choice.kind === 'accepted') return 'what was accepted'
  if (choice.kind === 'snapshot') return `the snapshot of ${localTime(choice.at)}`
  return choice.trees > 1
    ? 'the last good commit of each work tree'
    : `the last good commit ${choice.commit.slice(0, 12)} (${choice.subject})`
}

/** So many files are compared; a restore may put back hundreds. */
const mostCompared = 12

type Compared = { differences: FileDifference[]; filesNotCompared: number }

export async function differencesOf(
  sentinel: Pick<Sentinel, 'differences'>,
  proposal: PlanProposal,
): Promise<Compared> {
  if (proposal.kind === 'refusal') return { differences: [], filesNotCompared: 0 }
  const files = proposal.steps.flatMap(({ files = [] }) => files.map(({ file }) => file))
  return {
    differences: await sentinel.differences(proposal.hash, files.slice(0, mostCompared)),
    filesNotCompared: Math.max(0, files.length - mostCompared),
  }
}

export function differencesWords(
  { differences, filesNotCompared: more }: Compared,
  paint: Paint,
): string[] {
  const rest = more === 0 ? [] : ['', `And ${more} ${more === 1 ? 'file' : 'files'} more.`]
  return [...differencesText(differences, paint), ...rest]
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
    ...byHandText(operation),
  ].join('\n')
}

/** The manual procedure for what is left. */
function byHandText({ steps }: OperationView): string[] {
  const left = steps.flatMap(({ what, byHand = [] }) =>
    byHand.length === 0 ? [] : [`  # ${what}`, ...byHand.map((command) => `  ${command}`)],
  )
  return left.length === 0 ? [] : ['', 'By hand:', ...left]
}
