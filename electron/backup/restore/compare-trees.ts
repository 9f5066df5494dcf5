import type { FileCounts } from '../../../shared/plan/steps/restore-steps.ts'
import { parentsOf } from '../../adapters/archive/member-name.ts'
import type { TreeEntry } from './tree.ts'

/**
 * What would have to be done to make one tree of the other. A directory that nobody recorded, but
 * that something recorded lies in, is neither too much nor different.
 */
export function compareTrees(
  wanted: readonly TreeEntry[],
  present: readonly TreeEntry[],
): { counts: FileCounts; differing: readonly string[]; surplus: readonly string[] } {
  const byPath = new Map(present.map((entry) => [entry.path, entry]))
  const needed = new Set(wanted.flatMap(({ path }) => [path, ...parentsOf(path)]))
  const counts = { create: 0, replace: 0, remove: 0, unchanged: 0 }
  const differing: string[] = []
  for (const entry of wanted) {
    const now = byPath.get(entry.path)
    const isSame = now !== undefined && isSameEntry(entry, now)
    if (!isSame) differing.push(entry.path)
    if (entry.type === 'directory') continue
    if (now === undefined) counts.create += 1
    else counts[isSame ? 'unchanged' : 'replace'] += 1
  }
  const surplus = present.filter(({ path }) => path !== '.' && !needed.has(path))
  counts.remove = surplus.filter(({ type }) => type !== 'directory').length
  return { counts, differing, surplus: surplus.map(({ path }) => path) }
}

/**
 * Times of directories and links are not compared: the one changes with whatever is done in them,
 * the other is not kept by every engine.
 */
function isSameEntry(a: TreeEntry, b: TreeEntry): boolean {
  if (a.type !== b.type || a.uid !== b.uid || a.gid !== b.gid) return false
  if (a.type === 'symlink') return a.linkTo === b.linkTo
  if (a.mode !== b.mode) return false
  if (a.type === 'directory') return true
  const isSameTime = Math.floor(a.mtimeSeconds) === Math.floor(b.mtimeSeconds)
  return isSameTime && a.sizeBytes === b.sizeBytes && a.sha256 === b.sha256
}

/** The topmost of these paths: with them goes what lies below. */
export function topmost(paths: readonly string[]): string[] {
  const all = new Set(paths)
  return paths.filter((path) => ![...parentsOf(path)].some((parent) => all.has(parent)))
}
