import type { ComponentKind, SnapshotEntry } from '../domain/snapshot.ts'
import type { RetainedSnapshot } from './retention.ts'

const light: ReadonlySet<ComponentKind> = new Set(['configuration', 'machine'])

/** Read from nowhere else: what programs export besides is in their volumes too. */
const isData = (component: string): boolean => /^(prometheus|volume):/.test(component)

/**
 * It holds only some of what belongs into it: it was asked for so, the engine did not answer, or
 * data of it could not be read at all. What a stack without data holds is everything there is.
 */
export function isPart(entry: SnapshotEntry, all: readonly SnapshotEntry[]): boolean {
  const { components, gaps } = entry.manifest
  const kinds = kindsIn(entry)
  if (!kinds.includes('configuration')) return true
  const ids = new Set(components.map(({ id }) => id))
  if (gaps.some(({ component }) => isMissing(component) && !ids.has(component))) return true
  const isLight = kinds.every((kind) => light.has(kind))
  return isLight && all.some((other) => kindsIn(other).some((kind) => !light.has(kind)))
}

const isMissing = (component: string): boolean => component === 'engine' || isData(component)

const kindsIn = ({ manifest }: SnapshotEntry): ComponentKind[] =>
  manifest.components.map(({ kind }) => kind)

/** Read right to its last byte, and not found damaged since. */
export const isVerified = ({ marks }: Pick<SnapshotEntry, 'marks'>): boolean =>
  marks.verifiedAt !== undefined && marks.damaged === undefined

/** Those of one stack: a repository may be shared by several. */
export const snapshotsOf = (
  all: readonly SnapshotEntry[],
  stack: string,
): readonly SnapshotEntry[] => all.filter(({ manifest }) => manifest.stack === stack)

/** The newest that holds everything and was found right; `all` are newest first. */
export function newestWhole(
  all: readonly SnapshotEntry[],
  stack: string,
): SnapshotEntry | undefined {
  const own = snapshotsOf(all, stack)
  return own.find((entry) => isVerified(entry) && !isPart(entry, own))
}

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
