import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { syncDirectory } from '../../adapters/disk/sync-directory.ts'
import type { Layout } from './layout.ts'
import type { Shelf } from './shelf.ts'

/** Of a run that moves to the trash; a draft is named as its snapshot. */
export const pruneMark = 'prune-'

/** What a directory under snapshots/ needs cannot be told, so that no pack can be called unneeded. */
export class NeedsUnknown extends Error {
  constructor(id: string) {
    super(`Packs are left as they are: what ${id} needs cannot be read.`)
    this.name = 'NeedsUnknown'
  }
}

/** Packs that no snapshot needs, with their paths. Rejects with `NeedsUnknown`. */
export async function unneededPacks(
  shelf: Shelf,
  without: ReadonlySet<string> = new Set(),
): Promise<Map<string, string>> {
  const unneeded = new Map<string, string>()
  for (const [pack, { path }] of await shelf.packs()) unneeded.set(pack, path)
  for (const id of await shelf.ids()) {
    if (without.has(id)) continue
    const packs = await shelf.cover(id).then(
      (cover) => cover.packs,
      () => {
        throw new NeedsUnknown(id)
      },
    )
    for (const pack of packs) unneeded.delete(pack)
  }
  return unneeded
}

/**
 * Removes what processes that are gone have left in `tmp/` and, of drafts that never became
 * snapshots, their packs. What a killed prune has not moved yet goes to the trash.
 */
export async function sweep(layout: Layout, shelf: Shelf, now: number): Promise<void> {
  for (const directory of [layout.directory, layout.locks, dirname(layout.marks(''))]) {
    await removeTornWrites(directory, now)
  }
  const left = await readdir(layout.tmp)
  if (left.length === 0) return
  const isOfPrune = left.some((name) => name.startsWith(pruneMark))
  const unneeded = await unneededPacks(shelf).catch((error: unknown) => {
    if (error instanceof NeedsUnknown) return new Map<string, string>()
    throw error
  })
  for (const path of unneeded.values()) {
    if (isOfPrune) await moveToTrash(layout, path, now)
    else await rm(path, { force: true })
  }
  for (const name of left) await rm(join(layout.tmp, name), { recursive: true, force: true })
}

/** Others may be writing marks at this moment, in a file beside them. */
const tornAfterMilliseconds = 3_600_000

async function removeTornWrites(directory: string, now: number): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!/^\..*\.tmp$|^draft-[0-9a-f]+$/.test(name)) continue
    const path = join(directory, name)
    const stats = await stat(path).catch(() => undefined)
    if (stats && now - stats.mtimeMs > tornAfterMilliseconds) await rm(path, { force: true })
  }
}

/** The trash has the same directories as the repository: copied back, all is as it was. */
export async function moveToTrash(layout: Layout, path: string, now: number): Promise<void> {
  const day = join(layout.trash, new Date(now).toISOString().slice(0, 10))
  const to = await freePath(join(day, relative(layout.directory, path)))
  await mkdir(dirname(to), { recursive: true, mode: 0o700 })
  await rename(path, to)
  await syncDirectory(dirname(to))
  await syncDirectory(dirname(path))
}

/** Nothing in the trash is overwritten: the same pack may get there twice on one day. */
async function freePath(path: string): Promise<string> {
  for (let number = 1; ; number++) {
    const free = number === 1 ? path : `${path}.${number}`
    const isTaken = await stat(free).then(
      () => true,
      () => false,
    )
    if (!isTaken) return free
  }
}

const trashDays = 7

/** Removes for good what has lain in the trash for seven days. A date to come is left alone. */
export async function emptyTrash(layout: Layout, now: number): Promise<void> {
  for (const day of await readdir(layout.trash)) {
    if (!/^\d{4}-\d\d-\d\d$/.test(day)) continue
    const ends = Date.parse(`${day}T00:00:00Z`) + (trashDays + 1) * 86_400_000
    if (ends <= now) await rm(join(layout.trash, day), { recursive: true, force: true })
  }
}
