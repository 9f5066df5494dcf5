import type { BackupPlan, SnapshotView } from '../../../shared/ipc/backup-view.ts'
import { dayAndTime } from '../../../shared/kit/day-and-time.ts'
import { localClock } from '../../../shared/plan/local-clock.ts'
import { planRetention } from '../../../shared/plan/retention.ts'

/** What a clean-up would do: what goes first, then what stays and why. */
export type Preview = { sentence: string; lines: readonly string[] }

/** It holds no data, only what describes the stack. */
export const isLight = ({ components }: SnapshotView): boolean =>
  components.every(({ kind }) => kind === 'configuration' || kind === 'machine')

/** The same question that main asks before it cleans up, for counts that are not saved yet. */
export function previewOf(
  snapshots: readonly SnapshotView[],
  keep: BackupPlan['keep'],
  now: number,
): Preview {
  const plan = planRetention(
    snapshots.map((one) => ({
      id: one.id,
      at: Date.parse(one.at),
      verified: one.verifiedAt !== null && one.damaged === null,
      ...(one.pinned !== null && { pinned: one.pinned }),
      reason: one.reason,
      ...(one.isPart && { isPart: true }),
    })),
    keep,
    now,
    localClock,
  )
  const lines = [
    ...plan.forget.map(({ id, reason }) => `Remove ${id}: ${reason}.`),
    ...plan.keep.map(({ id, reasons }) => `Keep ${id}: ${reasons.join(', ')}.`),
  ]
  return previewIn(lines, snapshots, now)
}

/** Lines that main wrote, with times in the place of names that nobody can read. */
export function previewIn(
  lines: readonly string[],
  snapshots: readonly SnapshotView[],
  now: number,
): Preview {
  const removed = lines.filter((line) => line.startsWith('Remove ')).length
  const kept = lines.filter((line) => line.startsWith('Keep ')).length
  return {
    sentence: removed === 0 ? `All ${kept} stay.` : `${removed} would go, ${kept} stay.`,
    lines: lines.map((line) => {
      const named = snapshots.find(({ id }) => line.includes(id))
      return named === undefined
        ? line
        : line.replace(named.id, `the backup of ${dayAndTime(named.at, now)}`)
    }),
  }
}
