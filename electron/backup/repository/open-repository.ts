import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { repositoryFormat, type SnapshotEntry } from '../../../shared/domain/snapshot.ts'
import { diskProblem } from '../../adapters/disk/disk-problem.ts'
import { type Turn, TurnTaken, takeTurnIn } from '../../adapters/disk/turns.ts'
import { writeWhole } from '../../adapters/disk/write-whole.ts'
import { bytesIn } from './bytes-in.ts'
import { layoutOf, topDirectories } from './layout.ts'
import { changeMarks, markedFiles } from './marks.ts'
import { noteRead, readNotes } from './pack-notes.ts'
import { recipientList, recipientsName } from './papers/papers.ts'
import { pruneSnapshots } from './prune.ts'
import { readFiles } from './read-files.ts'
import { writeRecoverKit } from './recover/recover-kit.ts'
import {
  type Repository,
  RepositoryBusy,
  type RepositoryKey,
  type SnapshotDraft,
} from './repository.ts'
import { shelf } from './shelf.ts'
import { newSnapshotId } from './snapshot-id.ts'
import { sweep } from './sweep.ts'
import { isDamaged, verifySnapshots } from './verify.ts'
import { openDraft } from './write/draft.ts'
import { knownContent } from './write/known-content.ts'
import { sharedPacks } from './write/shared-packs.ts'

export type RepositoryOptions = {
  /** For lists of encrypted snapshots, readable for this user alone; none: the identity is needed. */
  cacheDirectory?: string
  now?: () => number
}

const magicSchema = z.object({
  'odin-sentinel': z.literal('backup repository'),
  format: z.int().min(1),
  id: z.string().min(1),
})

/** Makes a repository of an empty directory, or of one that does not exist. */
export async function createRepository(
  directory: string,
  key: RepositoryKey,
  options: RepositoryOptions = {},
): Promise<Repository> {
  const layout = layoutOf(directory)
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    // What a creation that was cut off has left is no stranger.
    const own = new Set<string>([...topDirectories, 'RECOVER.md', 'recover.sh'])
    const stranger = (await readdir(directory)).find((name) => !own.has(name) && !isDraft(name))
    if (stranger !== undefined) {
      throw new Error(`${directory} is not empty: ${stranger} is in it. Choose another directory.`)
    }
    for (const name of topDirectories)
      await mkdir(join(directory, name), { recursive: true, mode: 0o700 })
    await writeRecoverKit(directory)
    const magic = {
      'odin-sentinel': 'backup repository',
      format: repositoryFormat,
      id: randomUUID(),
    }
    await writeWhole(layout.magic, `${JSON.stringify(magic)}\n`)
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code
      ? diskProblem(error, directory, `no repository can be made in ${directory}`)
      : error
  }
  return openRepository(directory, key, options)
}

/** Of writeWhole, cut off. */
const isDraft = (name: string) => name.endsWith('.tmp')

/** Whether there is one; rejects with a `DiskProblem` where that cannot be told. */
export async function isRepository(directory: string): Promise<boolean> {
  try {
    await readFile(layoutOf(directory).magic)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return false
    throw diskProblem(error, directory, `${directory} cannot be read`)
  }
}

/** Rejects with a sentence where there is none. One of another format can only be read. */
export async function openRepository(
  directory: string,
  key: RepositoryKey,
  options: RepositoryOptions = {},
): Promise<Repository> {
  const layout = layoutOf(directory)
  const { format, id } = await readMagic(layout.magic, directory)
  const now = options.now ?? Date.now
  const encrypted = key.recipients.length > 0
  const { identity } = key
  const onShelf = shelf(layout, {
    ...(identity !== undefined && { identity }),
    ...(options.cacheDirectory !== undefined && {
      cacheDirectory: join(options.cacheDirectory, id),
    }),
  })

  function mayWrite(): void {
    if (format === repositoryFormat) return
    throw new Error(
      `${directory} has format ${format}, and this version of Odin Sentinel writes format ${repositoryFormat}: it can only be read. Update Odin Sentinel.`,
    )
  }

  async function lock(operation: string): Promise<Turn> {
    mayWrite()
    try {
      return await takeTurnIn(layout.locks, operation)
    } catch (error) {
      if (!(error instanceof TurnTaken)) throw error
      const { holder } = error
      throw new RepositoryBusy(
        `Process ${holder.pid} is writing to ${directory} (${holder.operation}); try again when it has ended.`,
      )
    }
  }

  /** Held while `act` runs, and handed on if it says so. */
  async function locked<T>(operation: string, act: (turn: Turn) => Promise<T>): Promise<T> {
    const turn = await lock(operation)
    try {
      for (const name of topDirectories)
        await mkdir(join(directory, name), { recursive: true, mode: 0o700 })
      await sweep(layout, onShelf, now())
      return await act(turn)
    } catch (error) {
      await turn.over()
      throw error
    }
  }

  /** Content is shared only with what is sealed for the same keys, or as open. */
  async function sharers(sound: readonly SnapshotEntry[]) {
    const own = recipientList(key.recipients)
    const found: { id: string; components: string[] }[] = []
    for (const { id: snapshot, manifest } of sound) {
      if (manifest.encrypted !== encrypted) continue
      const theirs = encrypted
        ? await readFile(join(layout.snapshot(snapshot), recipientsName), 'utf8').catch(() => '')
        : own
      if (theirs !== own) continue
      found.push({ id: snapshot, components: manifest.components.map((one) => one.id) })
    }
    return found
  }

  async function begin(): Promise<SnapshotDraft> {
    return locked('backup', async (turn) => {
      await writeRecoverKit(directory)
      const { sound } = await onShelf.snapshots()
      const present = new Set((await onShelf.packs()).keys())
      const damaged = new Set(sound.flatMap(({ marks }) => marks.damaged?.packs ?? []))
      const snapshots = await sharers(sound)
      const newest = await Promise.all(
        snapshots.slice(0, 2).map(({ id: one }) => onShelf.cover(one)),
      )
      const inUse = newest.flatMap(({ packs }) => packs)
      const notes = await readNotes(layout)
      const shared = sharedPacks({ layout, encrypted, notes, inUse, damaged, now })
      const known = knownContent({
        snapshots,
        filesOf: (snapshot) => onShelf.files(snapshot).catch(() => []),
        soundOf: shared.soundOf,
      })
      const draft = newSnapshotId(now())
      return openDraft({
        id: draft,
        layout,
        key,
        shelf: onShelf,
        known,
        shared,
        present,
        now,
        over: () => turn.over(),
      })
    })
  }

  async function find(idOrEnd: string): Promise<SnapshotEntry> {
    const wanted = idOrEnd.toLowerCase()
    const { sound, broken } = await onShelf.snapshots()
    const matches = <T extends { id: string }>(all: readonly T[]) =>
      all.filter((one) => wanted !== '' && one.id.toLowerCase().endsWith(wanted))
    const [entry, ...others] = matches(sound)
    if (entry && others.length === 0) return entry
    if (entry)
      throw new Error(`${others.length + 1} snapshots end in ${idOrEnd}; give more of the name.`)
    const [damaged] = matches(broken)
    throw new Error(
      damaged
        ? `Snapshot ${damaged.id} cannot be read: ${damaged.sentence}`
        : `No snapshot ends in ${idOrEnd}.`,
    )
  }

  async function existing(snapshot: string): Promise<string> {
    if ((await onShelf.ids()).includes(snapshot)) return snapshot
    throw new Error(`There is no snapshot ${snapshot}.`)
  }

  return {
    directory,
    id,
    encrypted,
    snapshots: () => onShelf.snapshots(),
    find,
    files: (snapshot) => onShelf.files(snapshot),
    read: (files, each, signal, packsAtOnce) =>
      readFiles(layout, files, each, { identity, signal, packsAtOnce }),
    begin,
    async verify(wanted, signal, onBytes) {
      const began = new Date(now()).toISOString()
      const ids = wanted === 'all' ? await onShelf.ids() : [await existing(wanted)]
      const found = await verifySnapshots(ids, {
        layout,
        identity,
        filesOf: (snapshot) => onShelf.files(snapshot),
        signal,
        onBytes,
      })
      const there = new Set(await onShelf.ids())
      // What was pruned meanwhile is not damaged, it is gone.
      const damages = found.filter((one) => isDamaged(one) && there.has(one.snapshot))
      if (format !== repositoryFormat) return damages
      const at = new Date(now()).toISOString()
      const read: Parameters<typeof noteRead>[1][number][] = []
      for (const { snapshot, packs, files, papers } of found) {
        if (!there.has(snapshot)) continue
        const isSound = packs.length + files.length + papers.length === 0
        if (isSound) {
          const { manifest, packs: theirs } = await onShelf.cover(snapshot)
          for (const sha256 of theirs) read.push({ sha256, encrypted: manifest.encrypted })
        }
        await changeMarks(
          layout.marks(snapshot),
          isSound
            ? { verifiedAt: at, damaged: undefined }
            : {
                damaged: {
                  at,
                  packs: [...packs],
                  files: [...papers, ...files].slice(0, markedFiles),
                },
              },
        )
      }
      // What is not noted is read again with the next snapshot.
      await noteRead(layout, read, began).catch(() => {})
      return damages
    },
    async mark(snapshot, change) {
      mayWrite()
      await changeMarks(layout.marks(await existing(snapshot)), change)
    },
    prune: (forget, { dryRun, signal }) =>
      dryRun
        ? pruneSnapshots(
            layout,
            onShelf,
            forget.map((one) => one.id),
            { dryRun, signal, now: now() },
          )
        : locked('prune', async (turn) => {
            const ids = forget.map((one) => one.id)
            const report = await pruneSnapshots(layout, onShelf, ids, {
              dryRun,
              signal,
              now: now(),
            })
            await turn.over()
            return report
          }),
    async space() {
      const { bavail, bsize } = await statfs(directory)
      return { freeBytes: bavail * bsize, ownBytes: await bytesIn(directory) }
    },
  }
}

async function readMagic(path: string, directory: string): Promise<z.infer<typeof magicSchema>> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
      throw new Error(`${directory} is no backup repository: ODIN-BACKUP is not in it.`)
    }
    throw diskProblem(error, path, `${path} cannot be read`)
  })
  try {
    return magicSchema.parse(JSON.parse(text))
  } catch {
    throw new Error(`${path} makes no sense, so ${directory} is left as it is.`)
  }
}
