import type { SnapshotEntry } from '../../../shared/domain/snapshot.ts'

const looksAt = 5

/**
 * How much one more snapshot of everything is likely to add: the most that one of the last few
 * added. The very first says nothing, since it adds everything. Undefined before there are two.
 */
export function likelyBytes(newestFirst: readonly SnapshotEntry[]): number | undefined {
  const whole = newestFirst.filter(
    ({ manifest }) => manifest.reason === 'manual' || manifest.reason === 'scheduled',
  )
  const added = whole.slice(0, -1).map(({ manifest }) => manifest.addedBytes)
  return added.length === 0 ? undefined : Math.max(...added.slice(0, looksAt))
}
