import { hash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline, type Readable, Transform } from 'node:stream'
import type { SnapshotFile } from '../../../../shared/domain/snapshot.ts'
import { sentenceOf } from '../../../../shared/kit/sentence-of.ts'
import type { BackupSource, SourceItem } from '../../sources/source.ts'
import { memberName, pathProblem } from '../layout.ts'
import type { KnownContent, PackRef } from './known-content.ts'
import { ContentProblem, type PackBatch, type Packed } from './pack-batch.ts'
import { spool } from './spool.ts'

/** Content up to this size is held in memory while it is looked at. */
const smallBytes = 2 * 1024 * 1024
/** So much of larger content tells it from others of the same size. */
const headBytes = 4096

/** What of a component has been taken in so far. */
export interface ComponentReader {
  /** What cannot be read becomes a gap; rejects when the repository itself cannot go on. */
  take(item: SourceItem): Promise<void>
  /** Ends the last pack. The files are those of FILES.tsv then. */
  finish(): Promise<{ files: SnapshotFile[]; gaps: string[] }>
}

type Taken = { file: SnapshotFile; ref?: PackRef }

export function componentReader(
  source: Pick<BackupSource, 'id' | 'packing'>,
  into: {
    packs: PackBatch
    known: KnownContent
    /** For what must be known before it is stored. */
    newSpoolPath: () => string
    signal: AbortSignal
    onBytes: (read: { files: number; bytes: number }) => void
  },
): ComponentReader {
  const { packs, known, signal } = into
  const isSelfContained = source.packing === 'self-contained'
  const taken = new Map<string, Taken>()
  const gaps = new Map<string, string>()
  const read = { files: 0, bytes: 0 }
  let topDirectory: string | undefined

  function progress(bytes: number): void {
    read.bytes += bytes
    into.onBytes(read)
  }

  async function takeFile(item: SourceItem): Promise<void> {
    if (source.packing === 'whole-directories') {
      const top = item.path.includes('/') ? item.path.slice(0, item.path.indexOf('/')) : ''
      if (topDirectory !== undefined && top !== topDirectory) await packs.divide()
      topDirectory = top
    }
    read.files += 1
    progress(0)
    try {
      const packed = knownPlace(item) ?? (await store(item))
      settle(item, packed)
      item.onRead?.(packed.sha256)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof ContentProblem)) throw error
      const { packed } = error
      if (packed) settle(item, packed)
      gaps.set(item.path, gapSentence(item.path, error.message, packed !== undefined))
    }
  }

  function settle(item: SourceItem, packed: Packed & { head?: string }): void {
    const { ref, member, sha256, sizeBytes, head } = packed
    const file: SnapshotFile = { ...plain(source.id, item), sizeBytes, sha256, pack: '', member }
    taken.set(item.path, { file, ref })
    known.add(sha256, { pack: ref, member, sizeBytes }, head)
  }

  function knownPlace({ known: same, sizeBytes }: SourceItem): Packed | undefined {
    return same && storedBefore(same.sha256, sizeBytes)
  }

  function storedBefore(sha256: string, sizeBytes: number): Packed | undefined {
    const place = isSelfContained ? undefined : known.find(sha256)
    if (place?.sizeBytes !== sizeBytes) return undefined
    return { ref: place.pack, member: place.member, sha256, sizeBytes }
  }

  async function store(item: SourceItem): Promise<Packed & { head?: string }> {
    const content = await opened(item)
    if (item.sizeBytes <= smallBytes)
      return storeSmall(item, await wholeOf(content, item.sizeBytes))
    const counted = pipeline(content, counter(), () => {}) as Readable
    const head = await headOf(counted)
    if (isSelfContained || !known.mayHave(item.sizeBytes, head)) {
      return { ...(await packs.add(memberOf(item, item.sizeBytes), counted)), head }
    }
    const path = into.newSpoolPath()
    try {
      const { sha256, sizeBytes } = await spool(counted, path)
      const before = storedBefore(sha256, sizeBytes)
      const packed = before ?? (await packs.add(memberOf(item, sizeBytes), createReadStream(path)))
      return { ...sameSize(item, packed), head }
    } finally {
      await rm(path, { force: true })
    }
  }

  async function storeSmall(item: SourceItem, content: Uint8Array): Promise<Packed> {
    progress(content.byteLength)
    const before =
      !isSelfContained && known.mayHave(content.byteLength)
        ? storedBefore(hash('sha256', content), content.byteLength)
        : undefined
    return sameSize(item, before ?? (await packs.add(memberOf(item, content.byteLength), content)))
  }

  function counter(): Transform {
    return new Transform({
      transform(chunk: Buffer, _encoding, done) {
        progress(chunk.byteLength)
        done(signal.aborted ? abortedBy(signal) : null, chunk)
      },
    })
  }

  const memberOf = (item: SourceItem, sizeBytes: number) => ({
    ...plain(source.id, item),
    sizeBytes,
    name: memberName(source.id, item.path),
  })

  return {
    async take(item) {
      signal.throwIfAborted()
      const { path } = item
      const problem = pathProblem(path)
      if (problem) {
        gaps.set(path, `${quoted(path)} ${problem}, and is left out.`)
      } else if (taken.has(path) && !item.again) {
        gaps.set(path, `${quoted(path)} came twice, and only the first one is kept.`)
      } else {
        if (item.again) gaps.delete(path)
        if (item.type === 'file') await takeFile(item)
        else {
          taken.set(path, { file: plain(source.id, item) })
          if (isSelfContained) await packs.add(memberOf(item, 0))
        }
      }
    },
    async finish() {
      await packs.finish()
      const files = Array.from(taken.values(), ({ file, ref }) =>
        ref ? { ...file, pack: ref.sha256 } : file,
      )
      return { files, gaps: [...gaps.values()] }
    },
  }
}

function plain(component: string, item: SourceItem): SnapshotFile {
  const { path, type, mode, uid, gid, mtimeSeconds, sizeBytes, linkTo } = item
  return {
    component,
    path,
    type,
    mode,
    uid,
    gid,
    mtimeSeconds,
    sizeBytes: type === 'file' ? sizeBytes : 0,
    ...(linkTo !== undefined && { linkTo }),
  }
}

async function opened(item: SourceItem): Promise<Readable> {
  if (!item.open) throw new ContentProblem('it has no content')
  try {
    return await item.open()
  } catch (error) {
    throw new ContentProblem(sentenceOf(error))
  }
}

/** What it begins with, which stays in it. */
async function headOf(content: Readable): Promise<string> {
  for (;;) {
    const head: Buffer | null = content.read(headBytes)
    if (head !== null) {
      content.unshift(head)
      return hash('sha256', head)
    }
    if (content.errored) throw new ContentProblem(sentenceOf(content.errored))
    if (content.readableEnded || content.destroyed) return ''
    await once(content, 'readable').catch((error: unknown) => {
      throw new ContentProblem(sentenceOf(error))
    })
  }
}

/** Stops at one byte more than was said, so that nothing grows without end in memory. */
async function wholeOf(content: Readable, sizeBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of content as AsyncIterable<Uint8Array>) {
      chunks.push(chunk)
      bytes += chunk.byteLength
      if (bytes > smallBytes * 2) throw new ContentProblem('it became much longer')
    }
  } catch (error) {
    throw error instanceof ContentProblem ? error : new ContentProblem(sentenceOf(error))
  }
  return chunks.length === 1 && chunks[0] && bytes === sizeBytes ? chunks[0] : Buffer.concat(chunks)
}

function sameSize(item: SourceItem, packed: Packed): Packed {
  if (packed.sizeBytes === item.sizeBytes) return packed
  throw new ContentProblem(
    `it became ${packed.sizeBytes > item.sizeBytes ? 'longer' : 'shorter'}`,
    packed,
  )
}

function gapSentence(path: string, why: string, isKept: boolean): string {
  const reason = why.replace(/\.$/, '')
  return isKept
    ? `${quoted(path)} changed while it was read (${reason}), and what is kept of it may be torn.`
    : `${quoted(path)} is not in the snapshot: ${reason}.`
}

const abortedBy = ({ reason }: AbortSignal): Error =>
  reason instanceof Error ? reason : new Error(String(reason))

const quoted = (path: string) => JSON.stringify(path)
