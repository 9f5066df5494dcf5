import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { ContentChanged } from '../../../adapters/archive/archive-problem.ts'
import type { PackMember } from '../../../adapters/archive/pack-member.ts'
import { openPackWriter, type PackWriter } from '../../../adapters/archive/pack-writer.ts'
import { packSha256 } from '../../../adapters/archive/read-pack.ts'
import { syncDirectory } from '../../../adapters/disk/sync-directory.ts'
import type { Layout } from '../layout.ts'
import type { PackRef } from './known-content.ts'

/** A finished pack, and what must be in it. */
export type NewPack = {
  sha256: string
  sizeBytes: number
  /** False where the same pack was there before: then it has been read back already. */
  isNew: boolean
  /** Of all that was packed, for a comparison in this run. */
  unpackedSum: string
  /** Their names, and how long their content is. */
  members: ReadonlyMap<string, number>
}

export type Packed = { ref: PackRef; member: string; sha256: string; sizeBytes: number }

/** What a content did on its way; what was packed of it, if that is of any use. */
export class ContentProblem extends Error {
  readonly packed: Packed | undefined

  constructor(sentence: string, packed?: Packed) {
    super(sentence)
    this.name = 'ContentProblem'
    this.packed = packed
  }
}

/** Writes members into packs, one pack after the other. */
export interface PackBatch {
  /** Rejects with `ContentProblem` when the content breaks or is not as long as was said. */
  add(member: PackMember, content?: Readable | Uint8Array): Promise<Packed>
  /**
   * What comes next goes into a new pack, while this one is synced: it rejects with the failure
   * of the one before.
   */
  divide(): Promise<void>
  /** Ends the last pack. All of them are in their place, and told, when it resolves. */
  finish(): Promise<void>
  abandon(): Promise<void>
}

/** Large enough to be few, small enough that one that is half used is no great loss. */
const packBytes = 256 * 1024 * 1024

type OpenPack = {
  writer: PackWriter
  path: string
  ref: PackRef
  /** By name, how long the content is. */
  members: Map<string, number>
  names: Set<string>
  bytes: number
}

export function packBatch(into: {
  layout: Layout
  /** For packs that are not finished. */
  tmp: string
  recipients: readonly string[]
  /** Stops in the middle of a member. */
  signal: AbortSignal
  /** A single pack of whatever size. */
  isUndivided: boolean
  isPresent: (pack: string) => boolean
  /** Rejects where the file is not what was to be written. */
  readBack: (path: string, pack: NewPack) => Promise<void>
  onFinished: (pack: NewPack) => void
}): PackBatch {
  const { layout, tmp, recipients, signal, isUndivided } = into
  let open: OpenPack | undefined
  let closing: Promise<void> = Promise.resolve()

  async function begin(): Promise<OpenPack> {
    const path = join(tmp, `pack-${randomUUID()}`)
    const writer = await openPackWriter(path, { recipients })
    return { writer, path, ref: { sha256: '' }, members: new Map(), names: new Set(), bytes: 0 }
  }

  async function divide(): Promise<void> {
    await closing
    if (!open) return
    closing = close(open)
    // Told by whoever waits for it next.
    closing.catch(() => undefined)
    open = undefined
  }

  async function close({ writer, path, ref, members }: OpenPack): Promise<void> {
    try {
      const { sha256, sizeBytes, unpackedSum } = await writer.finish()
      const isNew = !into.isPresent(sha256)
      const pack: NewPack = { sha256, sizeBytes, isNew, unpackedSum, members }
      const to = layout.pack(sha256, recipients.length > 0)
      if (!isNew && (await hasItsName(to, sha256))) await rm(path)
      else {
        // What others need gives way only to what has been read back.
        if (!isNew) await into.readBack(path, pack)
        await place(path, to)
      }
      ref.sha256 = sha256
      into.onFinished(pack)
    } catch (error) {
      ref.isLost = true
      await writer.abandon().catch(() => undefined)
      throw error
    }
  }

  async function hasItsName(path: string, sha256: string): Promise<boolean> {
    const found = await packSha256(path, { signal }).catch(() => undefined)
    signal.throwIfAborted()
    return found?.sha256 === sha256
  }

  async function abandon(): Promise<void> {
    const pack = open
    open = undefined
    if (pack) pack.ref.isLost = true
    await pack?.writer.abandon()
    await closing.catch(() => undefined)
  }

  return {
    divide,
    abandon,
    async finish() {
      await divide()
      await closing
    },
    async add(member, content) {
      open ??= await begin()
      const pack = open
      const name = freeName(member.name, pack.names)
      const put = (packed: { sha256: string; sizeBytes: number }): Packed => {
        pack.members.set(name, packed.sizeBytes)
        return { ref: pack.ref, member: name, ...packed }
      }
      let failure: Error | undefined
      // The writer fills up what breaks, which of a large file takes its time.
      const stop = () => void abandon().catch(() => {})
      signal.addEventListener('abort', stop, { once: true })
      if (content && !(content instanceof Uint8Array)) {
        content.once('error', (error) => {
          failure = error
        })
      }
      try {
        const { sha256, sizeBytes } = await pack.writer.add({ ...member, name }, content)
        const packed = put({ sha256, sizeBytes })
        pack.bytes += sizeBytes
        if (!isUndivided && pack.bytes >= packBytes) await divide()
        return packed
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof ContentChanged) {
          const { sha256, sizeBytes, readBytes } = error
          if (readBytes < sizeBytes) throw new ContentProblem('it became shorter')
          throw new ContentProblem('it became longer', put({ sha256, sizeBytes }))
        }
        if (failure) throw new ContentProblem(failure.message)
        throw error
      } finally {
        signal.removeEventListener('abort', stop)
      }
    },
  }
}

/** A file that changed while it was read comes twice. No member ends like this by itself: `%` is escaped. */
function freeName(name: string, taken: Set<string>): string {
  let free = name
  for (let number = 2; taken.has(free); number++) free = `${name}%~${number}`
  taken.add(free)
  return free
}

/** The order of writing: the content first, then its name, then what names it. */
async function place(from: string, to: string): Promise<void> {
  const directory = dirname(to)
  if ((await mkdir(directory, { recursive: true, mode: 0o700 })) !== undefined) {
    await syncDirectory(dirname(directory))
  }
  await rename(from, to)
  await syncDirectory(directory)
}
