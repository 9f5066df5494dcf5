import type { OperationView } from '../../shared/ipc/contract.ts'
import { sentenceOf } from '../../shared/kit/sentence-of.ts'
import type { Plan, Step } from '../../shared/plan/plan.ts'
import { type OpenJournal, type Outcome, openJournal } from './journal.ts'
import { takeTurn } from './one-at-a-time.ts'
import {
  type BegunOperation,
  beginOperation,
  forgetOldOperations,
  keepDirectoryIn,
  newOperationId,
  planFileOf,
} from './operation-directory.ts'
import type { Op, OperationSite, Ops } from './ops.ts'
import { planHash } from './plan-file.ts'
import { type OnProgress, type Progress, progressOf } from './progress.ts'
import { opFor, rollBack, type Scribe, scribeOf } from './roll-back.ts'

export { planHash } from './plan-file.ts'

type Order = {
  plan: Plan
  /** What the person approved. */
  hash: string
  /** For the person: "Switch back to desktop-linux". */
  title: string
}

type ExecutorParts = {
  ops: Ops
  stateDirectory: string
  onProgress: OnProgress
  /** Cancel: the step that is running ends; the plan says whether it is rolled back then. */
  signal: AbortSignal
  now?: () => number
  openJournal?: OpenJournal
}

/**
 * Carries out an approved plan and decides nothing. Rejects only while nothing has been
 * touched: another plan was approved, another operation is running (`NotYourTurn`), the world is
 * not what the plan was made for, or the journal cannot be begun. From then on every end is an outcome.
 */
export async function execute(order: Order, parts: ExecutorParts): Promise<OperationView> {
  const now = parts.now ?? Date.now
  if (planHash(order.plan) !== order.hash) {
    throw new Error('The plan is not the one that was approved. Look at it again.')
  }
  const id = newOperationId(now())
  const file = planFileOf(order, id, now())
  if (order.plan.steps.length === 0) {
    return progressOf(file, parts.onProgress, now).end('done', 'There was nothing to do.')
  }
  const turn = await takeTurn(parts.stateDirectory, id)
  try {
    for (const step of order.plan.steps) await opFor(parts.ops, step).stillAsPlanned?.(step)
    const begin = parts.openJournal ?? openJournal
    const operation = await beginOperation(parts.stateDirectory, file, begin)
    try {
      return await carryOut(operation, { ...parts, now })
    } finally {
      await operation.journal.close()
      // Old directories are no reason to spoil the outcome; the next operation tries again.
      await forgetOldOperations(parts.stateDirectory, now()).catch(() => {})
    }
  } finally {
    await turn.over()
  }
}

/**
 * The steps from `from` on, once the journal is open. What ends it early is undone at once, or
 * left for a person to choose, as the plan says.
 */
export async function carryOut(
  operation: BegunOperation,
  { ops, onProgress, signal, now = Date.now }: Omit<ExecutorParts, 'stateDirectory'>,
  before: Before = { progress: progressOf(operation, onProgress, now), done: [], touched: [] },
): Promise<OperationView> {
  const { plan, id } = operation
  const { progress } = before
  const scribe = scribeOf(operation.journal, now)
  const site = { id, keepDirectory: keepDirectoryIn(operation.directory), signal }
  const touched = [...before.touched]
  let failure: string | undefined

  for (const [index, step] of plan.steps.entries()) {
    if (before.done.includes(index)) continue
    if (signal.aborted) break
    const begun = before.touched.includes(index)
    const problem = await tryStep({ index, step, ops, site, scribe, progress, touched, begun })
    if (problem === undefined) continue
    failure = `Step ${index + 1} of ${plan.steps.length} failed: ${problem}`
    break
  }

  if (failure === undefined && !signal.aborted) {
    return end(scribe, progress, 'done', allDone(plan.steps.length))
  }
  if (plan.whenStopped === 'ask' && touched.length > 0) {
    return progress.end('stopped', `${failure ?? 'Cancelled.'} Go on from here, or roll back.`)
  }
  progress.say(failure ?? 'Cancelled; rolling back.')
  const rolling = { ...site, signal: new AbortController().signal }
  const toMend = await rollBack({ plan, touched, ops, site: rolling, scribe, progress })
  if (toMend !== undefined) {
    return end(scribe, progress, 'needs-attention', `${failure ?? 'Cancelled.'} ${toMend}`)
  }
  const after =
    touched.length === 0 ? 'Nothing was touched.' : 'What had been done was rolled back.'
  return signal.aborted
    ? end(scribe, progress, 'cancelled', `Cancelled. ${after}`)
    : end(scribe, progress, 'rolled-back', `${failure} ${after}`)
}

/** What an operation that goes on has behind it. Indexes of steps, in the order of the plan. */
type Before = {
  progress: Progress
  /** Carried out and verified. */
  done: readonly number[]
  /** Everything that was begun and not undone, `done` among it. */
  touched: readonly number[]
}

type Attempt = {
  index: number
  step: Step
  ops: Ops
  site: OperationSite
  scribe: Scribe
  progress: Progress
  /** Gets the index once the world may have been touched. */
  touched: number[]
  /** It was begun before, and nobody knows how far it came. */
  begun: boolean
}

/** Returns what went wrong, if anything. */
async function tryStep(attempt: Attempt): Promise<string | undefined> {
  const { index, step, ops, scribe, progress, touched, begun } = attempt
  let said = ''
  let kept = ''
  const site: OperationSite = {
    ...attempt.site,
    remark(remark) {
      said = remark
      progress.step(index, { remark })
    },
  }
  /** The last one alone: an op may say how far it is many times a second. */
  async function keepRemark(): Promise<void> {
    if (said === kept) return
    kept = said
    await scribe.note({ type: 'remark', step: index, remark: said })
  }
  const op = opFor(ops, step)
  progress.step(index, { state: 'running' })
  try {
    if (!begun) {
      await op.precondition(step, site)
      await scribe.write({ type: 'intent', step: index })
      touched.push(index)
    }
    if (!begun || !(await isDone(op, step, site))) {
      await op.run(step, site)
      await keepRemark()
      await op.verify(step, site)
    }
    await keepRemark()
    await scribe.write({ type: 'done', step: index })
    progress.step(index, { state: 'done' })
    return undefined
  } catch (error) {
    const problem = sentenceOf(error)
    await keepRemark()
    await scribe.note({ type: 'failed', step: index, problem })
    progress.step(index, { state: 'failed', problem })
    return problem
  }
}

const isDone = (op: Op<Step>, step: Step, site: OperationSite): Promise<boolean> =>
  op.verify(step, site).then(
    () => true,
    () => false,
  )

export async function end(
  scribe: Scribe,
  progress: Progress,
  outcome: Outcome,
  sentence: string,
): Promise<OperationView> {
  await scribe.note({ type: 'end', outcome, sentence })
  const unwritten = scribe.problem()
  return progress.end(
    outcome,
    unwritten === undefined
      ? sentence
      : `${sentence} The journal is incomplete, so the next start looks at it again: ${unwritten}`,
  )
}

const allDone = (count: number): string =>
  count === 1 ? 'The step is done.' : `All ${count} steps are done.`
