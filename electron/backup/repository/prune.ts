import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { SnapshotEntry } from '../../../shared/domain/snapshot.ts'
import { isVerified } from '../../../shared/plan/whole-snapshot.ts'
import { beganAt, type Layout } from './layout.ts'
import type { Shelf } from './shelf.ts'
import { emptyTrash, moveToTrash, NeedsUnknown, pruneMark, unneededPacks } from './sweep.ts'

/** Whatever retention said, this many verified snapshots stay. */
const fewestVerified = 2

/** Why these must not all be forgotten; undefined if they may. */
function refusal(
  forget: ReadonlySet<string>,
  entries: readonly SnapshotEntry[],
  now: number,
): string | undefined {
  for (const id of forget) {
    const entry = entries.find((one) => one.id === id)
    if (!entry)
      return `${id} is not a sound snapshot of this repository, and only those are forgotten.`
    if (entry.marks.pinned) return `${id} is pinned (${entry.marks.pinned}); unpin it first.`
    if (beganAt(id) > now) return `${id} is of a time to come; check this machine's clock.`
  }
  const verified = entries.filter(isVerified)
  const left = verified.filter(({ id }) => !forget.has(id))
  if (left.length < Math.min(fewestVerified, verified.length)) {
    return 'Fewer than two verified snapshots would be left; verify others first.'
  }
  if (entries.every(({ id }) => forget.has(id)) && forget.size > 0) {
    return 'No snapshot would be left.'
  }
  return undefined
}

/**
 * Moves snapshots to the trash, each by one rename, and then the packs that none of those left
 * needs. A pack that is needed in part only stays whole. The lock must be held.
 */
export async function pruneSnapshots(
  layout: Layout,
  shelf: Shelf,
  forget: readonly string[],
  { dryRun, signal, now }: { dryRun: boolean; signal: AbortSignal; now: number },
): Promise<{ packs: number; freedBytes: number }> {
  const ids = new Set(forget)
  const refused = refusal(ids, (await shelf.snapshots()).sound, now)
  if (refused) throw new Error(refused)
  const unneeded = await unneededPacks(shelf, ids).catch((error: unknown) => {
    // A snapshot that cannot be read keeps all packs, not the others.
    if (error instanceof NeedsUnknown) return new Map<string, string>()
    throw error
  })
  let freedBytes = 0
  for (const path of unneeded.values()) freedBytes += (await stat(path)).size
  if (dryRun) return { packs: unneeded.size, freedBytes }

  const tmp = join(layout.tmp, `${pruneMark}${process.pid}`)
  await mkdir(tmp, { mode: 0o700 })
  for (const id of ids) {
    signal.throwIfAborted()
    await moveToTrash(layout, layout.snapshot(id), now)
    await moveToTrash(layout, layout.marks(id), now).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
    await shelf.forget(id)
  }
  for (const path of unneeded.values()) await moveToTrash(layout, path, now)
  await emptyTrash(layout, now)
  await rm(tmp, { recursive: true, force: true })
  return { packs: unneeded.size, freedBytes }
}
