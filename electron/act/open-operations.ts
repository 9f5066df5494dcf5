import type { OperationView } from '../../shared/ipc/contract.ts'
import { describeStep } from '../../shared/plan/plan.ts'
import { carryOut, end } from './executor.ts'
import { type JournalRecord, type OpenJournal, openJournal } from './journal.ts'
import { operationInProgress, takeTurn } from './one-at-a-time.ts'
import {
  journalIn,
  keepDirectoryIn,
  type OperationRecord,
  readOperation,
  readOperations,
} from './operation-directory.ts'
import type { Ops } from './ops.ts'
import { type OnProgress, progressOf } from './progress.ts'
import { type ReplayClock, replay, replayed } from './replayed.ts'
import { rollBack, scribeOf } from './roll-back.ts'

/** An operation that never came to its end: its process was killed, or the power failed. */
export type OpenOperation = {
  id: string
  directory: string
  title: string
  stack: string
  startedAt?: string
  /** What may have been touched and was not undone, in the order it was done. */
  touched: readonly { index: number; what: string; done: boolean }[]
  /** Every step was carried out and verified; only the last word is missing. */
  allDone: boolean
  /** Every step, as far as it came; absent where the plan cannot be read. */
  steps?: OperationView['steps']
  /** Why it can only be left: nobody knows what was touched. */
  problem?: string
}

/**
 * `continue` carries out what is left, `roll-back` undoes what was touched. `accept` ends an
 * operation whose steps are all done, `leave` ends one as it is: somebody mends the rest by hand.
 */
export type Direction = 'continue' | 'roll-back' | 'accept' | 'leave'

/** What was interrupted on this machine, oldest first; without what is running right now. */
export async function openOperations(stateDirectory: string): Promise<OpenOperation[]> {
  // Asked before reading: an operation that ends in between is then read as ended.
  const inProgress = await operationInProgress(stateDirectory)
  const operations = await readOperations(stateDirectory)
  return operations.filter(isOpen).flatMap((operation) => {
    return operation.id === inProgress ? [] : [openOperationOf(operation)]
  })
}

/** Everything that is still on record, newest first; without what cannot be read. */
export async function pastOperations(stateDirectory: string): Promise<OperationView[]> {
  const inProgress = await operationInProgress(stateDirectory)
  const operations = await readOperations(stateDirectory)
  return operations.toReversed().flatMap((one) => replayed(one, one.id === inProgress) ?? [])
}

const isOpen = ({ records }: OperationRecord): boolean =>
  !records.some((record) => record.type === 'end')

function openOperationOf(operation: OperationRecord): OpenOperation {
  const { id, directory, file, problem, records } = operation
  const steps = file?.plan.steps ?? []
  const done = stepsWith(records, 'done')
  const view = replayed(operation, false)
  return {
    id,
    directory,
    title: file?.title ?? id,
    stack: file?.plan.stack ?? '',
    ...(file && { startedAt: file.startedAt }),
    touched: touchedIn(records).flatMap((index) => {
      const step = steps[index]
      return step ? [{ index, what: describeStep(step), done: done.has(index) }] : []
    }),
    allDone: file !== undefined && isAllDone(operation),
    ...(view && { steps: view.steps }),
    ...(problem !== undefined && { problem }),
  }
}

function isAllDone({ file, records }: OperationRecord): boolean {
  const done = stepsWith(records, 'done')
  const undoing = records.some((record) => record.type === 'undo' || record.type === 'failed')
  return !undoing && file !== undefined && file.plan.steps.every((_step, index) => done.has(index))
}

function stepsWith(records: readonly JournalRecord[], type: JournalRecord['type']): Set<number> {
  return new Set(
    records.flatMap((record) => (record.type === type && 'step' in record ? [record.step] : [])),
  )
}

function touchedIn(records: readonly JournalRecord[]): number[] {
  const undone = stepsWith(records, 'undone')
  return [...stepsWith(records, 'intent')].filter((index) => !undone.has(index))
}

type SettleParts = {
  ops: Ops
  stateDirectory: string
  onProgress: OnProgress
  /** Cancels what goes on, as in `execute`. */
  signal?: AbortSignal
  now?: () => number
  openJournal?: OpenJournal
}

/**
 * Brings an interrupted operation to its end. Killed in the middle, it can be called again:
 * ops look at the world before they undo anything. Rejects with `NotYourTurn` while another
 * operation is running, and with a sentence where it cannot know what was touched: then it can
 * only be left.
 */
export async function settle(
  operation: Pick<OpenOperation, 'id'>,
  direction: Direction,
  parts: SettleParts,
): Promise<OperationView> {
  const turn = await takeTurn(parts.stateDirectory, operation.id)
  try {
    const found = await readOperation(parts.stateDirectory, operation.id)
    if (!found) throw new Error(`There is no operation ${operation.id}.`)
    if (!isOpen(found)) throw new Error(`Operation ${operation.id} has already ended.`)
    return await settleNow(found, direction, parts)
  } finally {
    await turn.over()
  }
}

async function settleNow(
  operation: OperationRecord,
  direction: Direction,
  { ops, onProgress, signal = neverAborted(), now = Date.now, openJournal: begin }: SettleParts,
): Promise<OperationView> {
  const { id, file, directory, records } = operation
  const keepDirectory = keepDirectoryIn(directory)
  if (direction === 'leave') return leave(operation, { onProgress, now, begin })
  if (!file || operation.problem !== undefined) {
    throw new Error(`${operation.problem} The files as they were are in ${keepDirectory}.`)
  }
  if (direction === 'accept' && !isAllDone(operation)) {
    throw new Error('Not every step of this operation was done, so it can only be rolled back.')
  }
  const clock: ReplayClock = {}
  const progress = progressOf({ ...file, directory }, onProgress, () => clock.at ?? now())
  replay(records, progress, clock)
  const journal = await (begin ?? openJournal)(journalIn(directory))
  const scribe = scribeOf(journal, now)
  try {
    if (direction === 'accept') {
      return await end(scribe, progress, 'done', 'All steps had been done when it was interrupted.')
    }
    const touched = touchedIn(records)
    if (direction === 'continue') {
      if (records.some(({ type }) => type === 'undo')) {
        throw new Error('It was being rolled back when it stopped, so it can only be rolled back.')
      }
      const done = [...stepsWith(records, 'done')]
      return await carryOut(
        { ...file, directory, journal },
        { ops, onProgress, signal, now },
        { progress, done, touched },
      )
    }
    const site = { id, keepDirectory, signal: neverAborted() }
    const toMend = await rollBack({ plan: file.plan, touched, ops, site, scribe, progress })
    return toMend === undefined
      ? await end(
          scribe,
          progress,
          'rolled-back',
          'It was interrupted; what had been done was rolled back.',
        )
      : await end(scribe, progress, 'needs-attention', `It was interrupted. ${toMend}`)
  } finally {
    await journal.close()
  }
}

/** Touches nothing, so that nobody has to know what the plan was, or how far it came. */
async function leave(
  { id, file, directory, records }: OperationRecord,
  parts: { onProgress: OnProgress; now: () => number; begin: OpenJournal | undefined },
): Promise<OperationView> {
  const clock: ReplayClock = {}
  const startedAt = records[0]?.at ?? new Date(parts.now()).toISOString()
  const shown = file ?? { id, title: id, startedAt, plan: { stack: '', steps: [] } }
  const time = () => clock.at ?? parts.now()
  const progress = progressOf({ ...shown, directory }, parts.onProgress, time)
  replay(records, progress, clock)
  const journal = await (parts.begin ?? openJournal)(journalIn(directory))
  try {
    const sentence = `It was left as it is. The files from before are in ${keepDirectoryIn(directory)}.`
    return await end(scribeOf(journal, parts.now), progress, 'needs-attention', sentence)
  } finally {
    await journal.close()
  }
}

const neverAborted = () => new AbortController().signal
