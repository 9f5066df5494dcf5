import type { ComponentKind, SnapshotEntry } from '../../../shared/domain/snapshot.ts'
import type { RetainedSnapshot, WallClock } from '../../../shared/plan/retention.ts'

const light: ReadonlySet<ComponentKind> = new Set(['configuration', 'machine'])

/**
 * It holds only some of what others hold: it was asked for so, or the engine did not answer. What
 * a stack without data holds is everything there is.
 */
export function isPart(entry: SnapshotEntry, all: readonly SnapshotEntry[]): boolean {
  const kinds = kindsIn(entry)
  if (!kinds.includes('configuration')) return true
  const isLight = kinds.every((kind) => light.has(kind))
  return isLight && all.some((other) => kindsIn(other).some((kind) => !light.has(kind)))
}

const kindsIn = ({ manifest }: SnapshotEntry): ComponentKind[] =>
  manifest.components.map(({ kind }) => kind)

export const isVerified = ({ marks }: SnapshotEntry): boolean =>
  marks.verifiedAt !== undefined && marks.damaged === undefined

/** Snapshots as retention weighs them. */
export function retained(all: readonly SnapshotEntry[]): RetainedSnapshot[] {
  return all.map((entry) => ({
    id: entry.id,
    at: Date.parse(entry.manifest.startedAt),
    verified: isVerified(entry),
    ...(entry.marks.pinned !== undefined && { pinned: entry.marks.pinned }),
    reason: entry.manifest.reason,
    ...(isPart(entry, all) && { isPart: true }),
  }))
}

/** This machine's own clock. */
export function localClock(at: number): WallClock {
  const date = new Date(at)
  return {
    year: date.getFullYear(),
    month: date.getMonth() + 1,
    day: date.getDate(),
    hour: date.getHours(),
  }
}
