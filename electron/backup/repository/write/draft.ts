import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type {
  Manifest,
  SnapshotComponent,
  SnapshotFile,
} from '../../../../shared/domain/snapshot.ts'
import { sentenceOf } from '../../../../shared/kit/sentence-of.ts'
import { diskProblem } from '../../../adapters/disk/disk-problem.ts'
import { syncDirectory } from '../../../adapters/disk/sync-directory.ts'
import type { BackupSource } from '../../sources/source.ts'
import { componentDirectory, type Layout } from '../layout.ts'
import { changeMarks, markedFiles } from '../marks.ts'
import { writeNotes } from '../pack-notes.ts'
import { checkPapers } from '../papers/check-papers.ts'
import { writePapers } from '../papers/papers.ts'
import type { CommitFacts, Damage, OnBytes, RepositoryKey, SnapshotDraft } from '../repository.ts'
import type { Shelf } from '../shelf.ts'
import { checkNewPack } from './check-pack.ts'
import { componentReader } from './component-reader.ts'
import type { KnownContent } from './known-content.ts'
import { type NewPack, packBatch } from './pack-batch.ts'
import type { SharedPacks } from './shared-packs.ts'

type DraftParts = {
  id: string
  layout: Layout
  key: RepositoryKey
  shelf: Shelf
  known: KnownContent
  shared: SharedPacks
  /** Packs that were there when the draft began. */
  present: ReadonlySet<string>
  now: () => number
  /** Lets go of the repository. */
  over: () => Promise<void>
}

export async function openDraft(parts: DraftParts): Promise<SnapshotDraft> {
  const { id, layout, key, shelf, known, shared, present, now } = parts
  const tmp = join(layout.tmp, id)
  const encrypted = key.recipients.length > 0
  const components: SnapshotComponent[] = []
  const files: SnapshotFile[] = []
  const newPacks = new Map<string, NewPack>()
  const ended = new AbortController()
  let checks: Promise<void> = Promise.resolve()
  let spools = 0
  let isClosed = false

  await onDisk(layout.tmp, () => mkdir(tmp, { mode: 0o700 }))

  /** Packs are read back while the next ones are written; the first failure is told by `commit`. */
  function onFinished(pack: NewPack): void {
    newPacks.set(pack.sha256, {
      ...pack,
      isNew: pack.isNew || (newPacks.get(pack.sha256)?.isNew ?? false),
    })
    shared.wrote(pack)
    if (!pack.isNew) return
    checks = checks.then(() => readBack(layout.pack(pack.sha256, encrypted), pack))
    checks.catch(() => {})
  }

  const readBack = (path: string, pack: NewPack) =>
    checkNewPack(path, pack, { encrypted, identity: key.identity, signal: ended.signal })

  async function add(
    source: BackupSource,
    signal: AbortSignal,
    onBytes: OnBytes,
  ): Promise<{ component: SnapshotComponent; gaps: readonly string[] }> {
    signal.throwIfAborted()
    const { id: component, kind, title, packing } = source
    componentDirectory(component)
    if (components.some((other) => other.id === component)) {
      throw new Error(`"${component}" is in this snapshot already.`)
    }
    await known.learn(component, signal)
    const opened = await source.open(signal)
    const packs = packBatch({
      layout,
      tmp,
      recipients: key.recipients,
      signal,
      isUndivided: packing === 'self-contained',
      isPresent: (pack) => present.has(pack),
      readBack,
      onFinished,
    })
    const reader = componentReader(source, {
      packs,
      known,
      newSpoolPath: () => join(tmp, `spool-${++spools}`),
      signal,
      onBytes: (read) => onBytes({ component, ...read }),
    })
    let taken: { files: SnapshotFile[]; gaps: string[] }
    const gaps: string[] = []
    try {
      for await (const item of opened.items) await reader.take(item)
      taken = await reader.finish()
      gaps.push(...taken.gaps, ...opened.gaps())
    } catch (error) {
      await packs.abandon().catch(() => {})
      throw error
    } finally {
      await opened.close().catch((error: unknown) => {
        gaps.push(sentenceOf(error))
      })
    }
    const contents = taken.files.filter(({ type }) => type === 'file')
    const entry: SnapshotComponent = {
      id: component,
      kind,
      title,
      consistency: opened.consistency,
      files: contents.length,
      sizeBytes: sumOf(contents),
      facts: { ...opened.facts },
    }
    components.push(entry)
    for (const file of taken.files) files.push(file)
    return { component: entry, gaps }
  }

  async function commit(facts: CommitFacts, signal: AbortSignal) {
    signal.throwIfAborted()
    if (components.length === 0) {
      throw new Error('No part of the stack could be read, so there is no snapshot.')
    }
    const stop = () => ended.abort(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    try {
      await checks
    } finally {
      signal.removeEventListener('abort', stop)
    }
    signal.throwIfAborted()
    const needed = new Set(files.flatMap(({ pack }) => (pack === undefined ? [] : [pack])))
    await removePacks([...newPacks.keys()].filter((pack) => !needed.has(pack)))
    const verifiedAt = await shared.oldestRead(needed)
    const added = [...newPacks.values()].filter(({ isNew, sha256 }) => isNew && needed.has(sha256))
    const manifest: Omit<Manifest, 'listBytes'> = {
      format: 1,
      id,
      ...facts,
      finishedAt: new Date(now()).toISOString(),
      components,
      files: files.filter(({ type }) => type === 'file').length,
      sizeBytes: sumOf(files),
      addedBytes: sumOf(added),
      encrypted,
    }
    const written = join(tmp, 'snapshot')
    const lists = await onDisk(layout.directory, () =>
      writePapers(written, manifest, files, key.recipients),
    )
    const { problems } = await checkPapers(written, id)
    if (problems[0])
      throw new Error(`The snapshot is not on the disk as written: ${problems[0].sentence}`)
    signal.throwIfAborted()
    await onDisk(layout.directory, async () => {
      await rename(written, layout.snapshot(id))
      await syncDirectory(layout.snapshots)
    })
    await changeMarks(layout.marks(id), { verifiedAt })
    await markLost()
    const kept = (await shelf.packs()).keys()
    // What is not noted is read again with the next snapshot.
    await writeNotes(layout, shared.notes(kept)).catch(() => {})
    if (encrypted) await shelf.remember(id, lists).catch(() => {})
    await close()
    const { sound } = await shelf.snapshots()
    const entry = sound.find((one) => one.id === id)
    if (!entry) throw new Error(`Snapshot ${id} was written and cannot be found.`)
    return entry
  }

  /** What has been lost of earlier snapshots; a check says more about it. */
  async function markLost(): Promise<void> {
    const lost = shared.lost()
    if (lost.size === 0) return
    for (const { id: snapshot, marks } of (await shelf.snapshots()).sound) {
      const packs = (await shelf.cover(snapshot)).packs.filter((pack) => lost.has(pack))
      const before: Pick<Damage, 'packs' | 'files'> = marks.damaged ?? { packs: [], files: [] }
      if (packs.every((pack) => before.packs.includes(pack))) continue
      const all = await shelf.files(snapshot).catch(() => [])
      const theirs = all.filter(({ pack }) => pack !== undefined && lost.has(pack))
      const names = theirs.map(({ component, path }) => `${component}/${path}`)
      const damaged = {
        at: new Date(now()).toISOString(),
        packs: [...new Set([...before.packs, ...packs])],
        files: [...new Set([...before.files, ...names])].slice(0, markedFiles),
      }
      await changeMarks(layout.marks(snapshot), { damaged })
    }
  }

  /** Only what this draft has brought. */
  async function removePacks(packs: readonly string[]): Promise<void> {
    for (const pack of packs) {
      if (newPacks.get(pack)?.isNew) await rm(layout.pack(pack, encrypted), { force: true })
      newPacks.delete(pack)
    }
  }

  async function close(): Promise<void> {
    if (isClosed) return
    isClosed = true
    await rm(tmp, { recursive: true, force: true })
    await parts.over()
  }

  return {
    id,
    add,
    commit,
    async abandon() {
      ended.abort(new Error('The snapshot was given up.'))
      await checks.catch(() => {})
      // Once it is renamed it is a snapshot, whatever failed after that.
      const isCommitted = await exists(layout.snapshot(id))
      if (!isCommitted) await removePacks([...newPacks.keys()])
      await close()
    },
  }
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  )

const sumOf = (all: readonly { sizeBytes: number }[]) =>
  all.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)

async function onDisk<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code
      ? diskProblem(error, path, `${path} cannot be written`)
      : error
  }
}
