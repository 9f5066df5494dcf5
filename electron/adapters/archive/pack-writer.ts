import { createHash } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import type { Readable, TransformOptions } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress, type ZstdOptions } from 'node:zlib'
import { diskProblem } from '../disk/disk-problem.ts'
import { encrypted } from './age-stream.ts'
import { ContentChanged } from './archive-problem.ts'
import { memberName } from './member-name.ts'
import { nameBook } from './name-book.ts'
import { oneFrame } from './one-frame.ts'
import type { PackMember } from './pack-member.ts'
import { quickSum } from './quick-sum.ts'
import { spent } from './spent.ts'
import { encodeHeader, padding } from './tar-header.ts'
import { chunksOf, endOfArchive } from './tar-writer.ts'

export interface PackWriter {
  /**
   * Reads `content` to its end and resolves once all of it is on its way. Rejects with
   * `ContentChanged` when it is not `sizeBytes` long, and with the failure of `content` when
   * that breaks: then too the pack stays sound, and holds `sizeBytes` bytes under that name.
   * After any other failure only `abandon` is left. One member at a time.
   */
  add(
    member: PackMember,
    content?: Readable | Uint8Array,
  ): Promise<{ sha256: string; sizeBytes: number }>
  /** Bytes of the finished file so far, compressed and encrypted. */
  readonly writtenBytes: number
  /**
   * Ends, syncs and closes the file (0400). The hash is that of its bytes, the sum that of the
   * archive in it, to compare with what `readPack` unpacks.
   */
  finish(): Promise<{ sha256: string; sizeBytes: number; unpackedSum: string }>
  /** Stops at once and removes the file. Harmless after `finish` has failed. */
  abandon(): Promise<void>
}

/** What one call of the compressor gets: always the same cuts, so that the same members make the same bytes. */
const portionBytes = 512 * 1024
/** So many wait for the compressor, and no more. */
const mostUnderWay = 4
const zeros = Buffer.alloc(portionBytes)

/**
 * A tar file in one zstd frame with its checksum, encrypted where there are recipients.
 * Makes a new file; rejects with a `DiskProblem` where one stands.
 *
 * With one worker: Node's stream (24.21) does not wait for zstd's own threads
 * (ZSTD_c_nbWorkers), and breaks with ERR_STREAM_PUSH_AFTER_EOF.
 */
export async function openPackWriter(
  path: string,
  options: { recipients?: readonly string[]; level?: number } = {},
): Promise<PackWriter> {
  const { recipients = [], level = 3 } = options
  const problem = (error: unknown) => diskProblem(error, path, `${path} cannot be written`)
  const file = await open(path, 'wx', 0o600).catch((error) => {
    throw problem(error)
  })
  const sink = fileSink(file, path)
  const zstd: ZstdOptions & TransformOptions = {
    params: {
      [constants.ZSTD_c_compressionLevel]: level,
      [constants.ZSTD_c_checksumFlag]: 1,
    },
    chunkSize: portionBytes,
    highWaterMark: mostUnderWay * portionBytes,
  }
  const compressor = createZstdCompress(zstd)
  let failure: unknown
  const flow = recipients.length
    ? pipeline(compressor, oneFrame, (frame) => encrypted(frame, recipients), sink.write)
    : pipeline(compressor, oneFrame, sink.write)
  const done = flow.catch((error) => {
    failure ??= error
  })
  const portions = portionQueue(compressor, async () => {
    if (compressor.destroyed) await done
    if (failure !== undefined) throw failure
  })
  const names = nameBook()
  let isBusy = false

  async function packContent(
    member: PackMember,
    content: Readable | Uint8Array | undefined,
  ): Promise<{ sha256: string; sizeBytes: number }> {
    const hash = createHash('sha256')
    const { sizeBytes } = member
    let readBytes = 0
    let broken: { error: unknown } | undefined
    const pack = async (bytes: Uint8Array): Promise<void> => {
      hash.update(bytes)
      await portions.put(bytes)
    }
    try {
      for await (const chunk of chunksOf(content)) {
        const missing = sizeBytes - readBytes
        readBytes += chunk.length
        await pack(chunk.length > missing ? chunk.subarray(0, Math.max(0, missing)) : chunk)
        spent(chunk)
        if (readBytes > sizeBytes) break
      }
    } catch (error) {
      if (failure !== undefined) throw error
      broken = { error }
    }
    for (let left = sizeBytes - readBytes; left > 0; left -= portionBytes) {
      await pack(zeros.subarray(0, Math.min(left, portionBytes)))
    }
    await portions.put(zeros.subarray(0, padding(sizeBytes)))
    if (broken) throw broken.error
    const sha256 = hash.digest('hex')
    if (readBytes !== sizeBytes) throw new ContentChanged(member, { sha256, readBytes })
    return { sha256, sizeBytes }
  }

  return {
    get writtenBytes() {
      return sink.writtenBytes()
    },

    async add(member, content) {
      if (isBusy) throw new Error('A pack takes one member at a time.')
      expectWhole(member)
      isBusy = true
      try {
        names.add(member)
        await portions.put(encodeHeader(member))
        return await packContent(
          member.type === 'file' ? member : { ...member, sizeBytes: 0 },
          content,
        )
      } catch (error) {
        throw failure !== undefined ? problem(failure) : error
      } finally {
        if (content && !(content instanceof Uint8Array)) content.destroy()
        isBusy = false
      }
    },

    async finish() {
      try {
        await portions.put(endOfArchive)
        await portions.flush()
        compressor.end()
        await done
        if (failure !== undefined) throw failure
        await sink.settle()
        await file.chmod(0o400)
        await file.sync()
        await file.close()
      } catch (error) {
        throw problem(failure ?? error)
      }
      return {
        sha256: sink.sha256(),
        sizeBytes: sink.writtenBytes(),
        unpackedSum: portions.sum(),
      }
    },

    async abandon() {
      failure ??= new Error('The pack was abandoned')
      compressor.destroy()
      await done
      await sink.settle().catch(() => undefined)
      await file.close().catch(() => undefined)
      await rm(path, { force: true }).catch((error) => {
        throw diskProblem(error, path, `${path} cannot be removed`)
      })
    },
  }
}

/** What could be written, but not be read again. */
function expectWhole(member: PackMember): void {
  const { name, mode, uid, gid, sizeBytes, mtimeSeconds } = member
  if (memberName(name) !== name) {
    throw new Error(`${JSON.stringify(name)} is no plain name for a member of a pack.`)
  }
  const counts = [mode, uid, gid, sizeBytes]
  if (!counts.every((one) => Number.isSafeInteger(one) && one >= 0) || Number.isNaN(mtimeSeconds)) {
    throw new Error(`${JSON.stringify(name)} has a number that no archive can hold.`)
  }
}

/** Cuts what it is given into portions of one size, and waits while the compressor has enough. */
function portionQueue(
  compressor: ReturnType<typeof createZstdCompress>,
  /** Throws once the way to the disk has broken. */
  check: () => Promise<void>,
): { put(bytes: Uint8Array): Promise<void>; flush(): Promise<void>; sum(): string } {
  const sum = quickSum()
  const free: Buffer[] = []
  let portion: Buffer = Buffer.allocUnsafe(portionBytes)
  let filled = 0
  let underWay = 0
  let wake: (() => void) | undefined

  /** A stream that is destroyed calls nobody back. */
  compressor.once('close', () => wake?.())

  /** Not `drain`: that comes when the compressor has nothing left, and stands still until it is fed. */
  const room = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve
    })

  async function put(bytes: Uint8Array): Promise<void> {
    sum.add(bytes)
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + portionBytes - filled)
      portion.set(part, filled)
      filled += part.length
      at += part.length
      if (filled < portionBytes) continue
      const full = portion
      underWay += 1
      compressor.write(full, () => {
        underWay -= 1
        free.push(full)
        wake?.()
      })
      portion = free.pop() ?? Buffer.allocUnsafe(portionBytes)
      filled = 0
      if (underWay >= mostUnderWay && !compressor.destroyed) await room()
      await check()
    }
  }

  return {
    put,
    sum: () => sum.end(),
    async flush() {
      // Ended while writes are queued, the stream appends an empty frame (nodejs/node#66078).
      await new Promise<void>((resolve) => {
        compressor.once('close', () => resolve())
        compressor.write(portion.subarray(0, filled), () => resolve())
      })
      filled = 0
      await check()
    },
  }
}

/**
 * So much is sent on to the disk while more is written: what waits in memory until the end makes the
 * end long, and meanwhile the disk has nothing to do.
 */
const behindBytes = 32 * 1024 * 1024

function fileSink(file: FileHandle, path: string) {
  const hash = createHash('sha256')
  let writtenBytes = 0
  let sentBytes = 0
  let sending: Promise<void> | undefined
  /** The kernel tells a failed write once, to whoever syncs first. */
  let failure: { error: unknown } | undefined

  function send(): void {
    sentBytes = writtenBytes
    sending = file
      .datasync()
      .catch((error: unknown) => {
        failure ??= { error }
      })
      .finally(() => {
        sending = undefined
      })
  }

  return {
    sha256: () => hash.digest('hex'),
    writtenBytes: () => writtenBytes,
    async write(bytes: AsyncIterable<Uint8Array>): Promise<void> {
      for await (const chunk of bytes) {
        hash.update(chunk)
        for (let at = 0; at < chunk.length; ) {
          const { bytesWritten } = await file.write(chunk, at).catch((error) => {
            throw diskProblem(error, path, `${path} cannot be written`)
          })
          at += bytesWritten
        }
        writtenBytes += chunk.length
        spent(chunk)
        if (failure) throw failure.error
        if (!sending && writtenBytes - sentBytes >= behindBytes) send()
      }
    },
    /** Nothing of it is under way any more; rejects where something of it failed. */
    async settle(): Promise<void> {
      await sending
      if (failure) throw failure.error
    },
  }
}
