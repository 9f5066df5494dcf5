import type { Stack } from '../../../shared/domain/stack.ts'
import { withoutStop } from '../../../shared/kit/without-stop.ts'
import type { Plan } from '../../../shared/plan/plan.ts'
import type { BackupOrder, RunOrder } from '../../backup/order.ts'
import { planTitle } from '../proposals.ts'

/** Whoever wants to get back to work does not wait longer for a copy of what they have. */
const usualPatienceMs = 8_000

export const keptFirst = 'The configuration is kept in a snapshot first.'

/** A plan that changes nothing needs no copy, and one that keeps the present itself no second one. */
export const isKeptBefore = (
  stack: Stack,
  { steps }: { steps: readonly { kind: string }[] },
): boolean =>
  stack.backup?.beforePlans === true &&
  steps.length > 0 &&
  steps.every(({ kind }) => kind !== 'TakeSnapshot')

/**
 * Keeps the configuration before a plan is carried out. Resolves with a sentence when it could
 * not be kept in time: the plan goes on all the same.
 */
export async function keepBeforePlan(
  plan: Plan,
  kept: { stack: Stack; stackFile: string; carryOut: RunOrder; withinMs?: number },
): Promise<string | undefined> {
  const { stack, stackFile, carryOut, withinMs = usualPatienceMs } = kept
  const order: BackupOrder = {
    stack,
    stackFile,
    kind: 'backup',
    reason: 'before-plan',
    note: planTitle(plan),
    only: ['configuration', 'machine'],
  }
  const giveUp = new AbortController()
  const late = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => {
    giveUp.abort()
    late.resolve(undefined)
  }, withinMs)
  try {
    const outcome = await Promise.race([carryOut(order, () => {}, giveUp.signal), late.promise])
    if (outcome === undefined) return notKeptFirst(`that took more than ${withinMs / 1_000} s`)
    if (outcome.outcome === 'done' || outcome.outcome === 'partial') return undefined
    return notKeptFirst(outcome.sentence)
  } catch (error) {
    return notKeptFirst((error as Error).message)
  } finally {
    clearTimeout(timer)
  }
}

export const notKeptFirst = (why: string): string =>
  `The configuration could not be kept in a snapshot first: ${withoutStop(why)}.`
