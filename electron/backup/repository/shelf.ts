import { hash } from 'node:crypto'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type {
  BrokenSnapshot,
  SnapshotEntry,
  SnapshotFile,
} from '../../../shared/domain/snapshot.ts'
import { openSealed } from '../../adapters/archive/sealed-text.ts'
import { writeWhole } from '../../adapters/disk/write-whole.ts'
import { isLoss } from './is-loss.ts'
import { type Layout, packName, snapshotName } from './layout.ts'
import { readMarks } from './marks.ts'
import { type PackedLists, readLists } from './papers/lists.ts'
import {
  type Cover,
  filesName,
  PaperProblem,
  readCover,
  readPaper,
  sumsName,
} from './papers/papers.ts'

/** What stands in a repository: its snapshots, their lists of files, its packs. Reads only. */
export interface Shelf {
  snapshots(): Promise<{ sound: SnapshotEntry[]; broken: BrokenSnapshot[] }>
  /** Newest first, sound or not. */
  ids(): Promise<string[]>
  cover(id: string): Promise<Cover>
  /** Without checksums where those are lost: `verify` says so. */
  files(id: string): Promise<SnapshotFile[]>
  /** Names and sizes of all packs. */
  packs(): Promise<Map<string, { path: string; encrypted: boolean }>>
  /** Keeps the lists of an encrypted snapshot where they can be read without the identity. */
  remember(id: string, lists: PackedLists): Promise<void>
  /** It is no longer in the repository. */
  forget(id: string): Promise<void>
}

export function shelf(layout: Layout, key: { identity?: string; cacheDirectory?: string }): Shelf {
  const { identity, cacheDirectory } = key
  const covers = new Map<string, Promise<Cover>>()

  /** Papers never change, so that what was sound once is read once. */
  function cover(id: string): Promise<Cover> {
    const before = covers.get(id)
    if (before) return before
    const reading = readCover(layout.snapshot(id), id)
    covers.set(id, reading)
    reading.catch(() => covers.delete(id))
    return reading
  }

  async function ids(): Promise<string[]> {
    const names = await namesIn(layout.snapshots)
    return names.sort().reverse()
  }

  async function files(id: string): Promise<SnapshotFile[]> {
    const { manifest, meta } = await cover(id)
    const { encrypted, listBytes } = manifest
    const remembered = encrypted && cacheDirectory ? await readRemembered(id) : undefined
    if (remembered !== undefined) return (await readLists(remembered, listBytes)).files
    const paper = (name: string) => readPaper(layout.snapshot(id), meta, name)
    const list = await paper(filesName(encrypted))
    const sums = await unlessLost(() => paper(sumsName(encrypted)))
    if (!encrypted) return (await readLists({ files: list, sums }, listBytes)).files
    if (identity === undefined) {
      throw new Error(`Snapshot ${id} is encrypted, and its key is not in the keyring.`)
    }
    const opened = {
      files: await openSealed(list, identity),
      sums: sums && (await unlessLost(() => openSealed(sums, identity))),
    }
    const found = await readLists(opened, listBytes)
    if (opened.sums !== undefined && found.sumsLost === undefined) {
      await remember(id, { files: opened.files, sums: opened.sums }).catch(() => {})
    }
    return found.files
  }

  const rememberedPath = (id: string) => join(cacheDirectory ?? '', `${id}.lists`)

  async function readRemembered(id: string): Promise<PackedLists | undefined> {
    const content = await readFile(rememberedPath(id)).catch(() => Buffer.of())
    const start = content.indexOf('\n') + 1
    const seal = content.toString('latin1', 0, start)
    const sumsAt = start + Number(seal.split(' ')[0])
    const lists = { files: content.subarray(start, sumsAt), sums: content.subarray(sumsAt) }
    return start > 0 && seal === (await sealOf(id, lists)) ? lists : undefined
  }

  /** Where one ends, of which sealed lists they are, and that they are whole. */
  async function sealOf(id: string, lists: PackedLists): Promise<string> {
    const { meta } = await cover(id)
    const sealed = [filesName(true), sumsName(true)].map((name) => meta.get(name))
    const sums = [lists.files, lists.sums].map((list) => hash('sha256', list))
    return `${lists.files.length} ${[...sealed, ...sums].join(' ')}\n`
  }

  async function remember(id: string, lists: PackedLists): Promise<void> {
    if (!cacheDirectory) return
    const seal = Buffer.from(await sealOf(id, lists))
    await writeWhole(rememberedPath(id), Buffer.concat([seal, lists.files, lists.sums]))
  }

  return {
    ids,
    cover,
    files,
    remember,
    async forget(id) {
      covers.delete(id)
      if (cacheDirectory) await rm(rememberedPath(id), { force: true })
    },
    async snapshots() {
      const sound: SnapshotEntry[] = []
      const broken: BrokenSnapshot[] = []
      const sizes = new Map<string, number>()
      for (const id of await ids()) {
        try {
          if (!snapshotName.test(id)) throw new Error(`${id} is not the name of a snapshot.`)
          const { manifest, packs } = await cover(id)
          const marks = await readMarks(layout.marks(id))
          let storedBytes = 0
          for (const pack of packs) {
            const path = layout.pack(pack, manifest.encrypted)
            const known = sizes.get(path) ?? (await sizeOf(path))
            sizes.set(path, known)
            storedBytes += known
          }
          sound.push({ id, manifest, marks, storedBytes })
        } catch (error) {
          broken.push({ id, sentence: brokenSentence(error) })
        }
      }
      return { sound, broken }
    },
    async packs() {
      const found = new Map<string, { path: string; encrypted: boolean }>()
      for (const directory of await namesIn(layout.packs)) {
        for (const name of await namesIn(join(layout.packs, directory))) {
          const match = packName.exec(name)
          const encrypted = match?.[2] !== undefined
          const path = layout.pack(match?.[1] ?? '', encrypted)
          if (match?.[1] && dirname(path) === join(layout.packs, directory)) {
            found.set(match[1], { path, encrypted })
          }
        }
      }
      return found
    },
  }
}

async function unlessLost<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (isLoss(error)) return undefined
    throw error
  }
}

function brokenSentence(error: unknown): string {
  if (error instanceof PaperProblem || error instanceof Error) return error.message
  return 'It cannot be read.'
}

const sizeOf = async (path: string) => (await stat(path).catch(() => undefined))?.size ?? 0

const namesIn = (directory: string) =>
  readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  })
