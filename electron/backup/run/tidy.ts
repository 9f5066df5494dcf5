import type { Stack } from '../../../shared/domain/stack.ts'
import { localClock } from '../../../shared/plan/local-clock.ts'
import { planRetention, type RetentionPlan } from '../../../shared/plan/retention.ts'
import { retained } from '../../../shared/plan/whole-snapshot.ts'
import { usualBackup } from '../../../shared/stack/stack-schema.ts'
import type { Repository } from '../repository/repository.ts'
import { asBytes, counted } from './say.ts'
import type { CarryOut } from './site.ts'

/** What the stack's rule would keep and let go now. What is another stack's is not weighed. */
export async function planTidying(
  repository: Repository,
  stack: Stack,
  now: number,
): Promise<RetentionPlan> {
  const { sound } = await repository.snapshots()
  const own = sound.filter(({ manifest }) => manifest.stack === stack.name)
  return planRetention(retained(own), (stack.backup ?? usualBackup).keep, now, localClock)
}

/** The plan as lines for a person: what goes and why, then why the rest stays. */
export const tidyingLines = ({ keep, forget }: RetentionPlan): string[] => [
  ...forget.map(({ id, reason }) => `Remove ${id}: ${reason}.`),
  ...keep.map(({ id, reasons }) => `Keep ${id}: ${reasons.join(', ')}.`),
]

/** Lets go of what the stack's rule does not keep, by way of the trash. */
export const tidy =
  (now: () => number): CarryOut<'prune'> =>
  async ({ stack, dryRun }, { repository, say, signal }) => {
    say({ phase: 'pruning', what: `Snapshots of ${stack.name}` })
    const plan = await planTidying(repository, stack, now())
    const { freedBytes } = await repository.prune(plan.forget, { dryRun, signal })
    const removed = counted(plan.forget.length, 'snapshot')
    const went = dryRun ? 'would go' : 'went to the trash'
    const sentence =
      plan.forget.length === 0
        ? `All ${counted(plan.keep.length, 'snapshot')} of ${stack.name} are kept.`
        : `${removed} of ${stack.name} ${went}, ${counted(plan.keep.length, 'snapshot')} stay; ${asBytes(freedBytes)} become free.`
    return { outcome: 'done', sentence, problems: dryRun ? tidyingLines(plan) : [] }
  }
