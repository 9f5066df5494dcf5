import { sentenceOf } from '../../shared/kit/sentence-of.ts'
import { describeStep, type Plan, type Step } from '../../shared/plan/plan.ts'
import type { Journal, JournalRecord } from './journal.ts'
import type { Op, OperationSite, Ops } from './ops.ts'
import type { Progress } from './progress.ts'

/** A record without its time: whoever writes it knows what time it is. */
export type Entry = JournalRecord extends infer R
  ? R extends JournalRecord
    ? Omit<R, 'at'>
    : never
  : never

/** Writes to a journal for as long as it can be written. */
export type Scribe = {
  /** Throws when the record is not on disk. */
  write(entry: Entry): Promise<void>
  /** The same, for records without which the work must go on all the same. */
  note(entry: Entry): Promise<void>
  /** Why the last `note` could not be kept. */
  problem(): string | undefined
}

export function scribeOf(journal: Journal, now: () => number): Scribe {
  let problem: string | undefined
  const write = (entry: Entry) =>
    journal.write({ at: new Date(now()).toISOString(), ...entry } as JournalRecord)
  return {
    write,
    async note(entry) {
      try {
        await write(entry)
      } catch (error) {
        problem = sentenceOf(error)
      }
    },
    problem: () => problem,
  }
}

type RollBackParts = {
  plan: Plan
  /** Indexes of the steps that may have touched the world, in the order they did. */
  touched: readonly number[]
  ops: Ops
  site: OperationSite
  scribe: Scribe
  progress: Progress
}

/**
 * Undoes the touched steps, newest first, and stops at the first that will not go: what
 * lies below it may lean on it. Returns what is left to mend by hand, if anything.
 */
export async function rollBack(parts: RollBackParts): Promise<string | undefined> {
  const { plan, ops, site, scribe, progress } = parts
  const left = [...parts.touched]
  for (let index = left.pop(); index !== undefined; index = left.pop()) {
    const step = plan.steps[index]
    if (!step) continue
    await scribe.note({ type: 'undo', step: index })
    try {
      await opFor(ops, step).rollback(step, site)
    } catch (error) {
      const problem = sentenceOf(error)
      await scribe.note({ type: 'undo-failed', step: index, problem })
      progress.step(index, { state: 'failed', problem })
      return mendByHand(plan, index, problem, left, site.keepDirectory)
    }
    await scribe.note({ type: 'undone', step: index })
    if (progress.stateOf(index) !== 'failed') progress.step(index, { state: 'rolled-back' })
  }
  return undefined
}

function mendByHand(
  plan: Plan,
  failed: number,
  problem: string,
  left: readonly number[],
  keepDirectory: string,
): string {
  const rest = left.map((index) => `${index + 1}. ${what(plan, index)}`).join('; ')
  return [
    `Step ${failed + 1} (${what(plan, failed)}) could not be rolled back: ${problem}`,
    rest === '' ? '' : `Not rolled back either: ${rest}.`,
    `The files as they were are in ${keepDirectory}.`,
  ]
    .filter((sentence) => sentence !== '')
    .join(' ')
}

function what(plan: Plan, index: number): string {
  const step = plan.steps[index]
  return step ? describeStep(step) : 'unknown'
}

/** The mapped type promises that kind and op belong together; TypeScript cannot follow it. */
export const opFor = (ops: Ops, step: Step): Op<Step> => ops[step.kind] as Op<Step>
