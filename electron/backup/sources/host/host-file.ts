import { createHash } from 'node:crypto'
import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { handOver, spent } from '../../../adapters/archive/spent.ts'
import { diskProblem } from '../../../adapters/disk/disk-problem.ts'

// A regular file of this machine on its way into a snapshot. What stands at its path may have
// become something else since it was looked at: no link is followed, no pipe is waited for.
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

const chunkBytes = 512 * 1024

export type WholeFile = {
  content: Buffer
  stats: BigIntStats
  /** It changed while it was read, and so it did the second time. */
  isTorn: boolean
}

/**
 * Reads a file that was seen like this a moment ago, once more if it has changed since, and then
 * as it is. Throws a `DiskProblem`.
 */
export async function readWhole(path: string, seen: BigIntStats): Promise<WholeFile> {
  const first = await readOnce(path, seen)
  return first.isTorn ? await readOnce(path, first.stats) : first
}

async function readOnce(path: string, seen: BigIntStats): Promise<WholeFile> {
  let file: FileHandle | undefined
  try {
    file = await open(path, flags)
    const content = await contentOf(file, Number(seen.size))
    const stats = await file.stat({ bigint: true })
    if (!stats.isFile()) throw new Error('it is no file any more')
    return { content, stats, isTorn: !isSame(seen, stats) || stats.size !== BigInt(content.length) }
  } catch (error) {
    throw diskProblem(error, path, `${path} cannot be read`)
  } finally {
    await file?.close()
  }
}

/** One read for a file of the size that was seen; to its end otherwise. */
async function contentOf(file: FileHandle, expectedBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for (;;) {
    const chunk = Buffer.allocUnsafe(Math.max(expectedBytes + 1 - sizeBytes, 4_096))
    const { bytesRead } = await file.read(chunk, 0, chunk.length, sizeBytes)
    chunks.push(chunk.subarray(0, bytesRead))
    sizeBytes += bytesRead
    if (bytesRead === 0 || sizeBytes === expectedBytes) break
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
}

/**
 * The first `sizeBytes` of a file: what is written to its end meanwhile is for the next run. The
 * stream breaks where the file has become shorter. `unchanged` is told at its end when the file
 * is still what it was.
 */
export async function streamFile(
  path: string,
  seen: BigIntStats,
  unchanged: (stats: BigIntStats) => void,
): Promise<Readable> {
  const file = await opened(path)
  const { dev, ino } = await file.stat({ bigint: true })
  if (dev !== seen.dev || ino !== seen.ino) {
    await file.close()
    throw new Error(`${path} was replaced while it was read.`)
  }
  const sizeBytes = Number(seen.size)
  let position = 0

  async function next(): Promise<Buffer | null> {
    if (position === sizeBytes) {
      const stats = await file.stat({ bigint: true })
      if (isSame(seen, stats)) unchanged(stats)
      return null
    }
    const chunk = handOver(Buffer.allocUnsafeSlow(Math.min(chunkBytes, sizeBytes - position)))
    const { bytesRead } = await file.read(chunk, 0, chunk.length, position)
    if (bytesRead === 0) throw new Error(`${path} was cut short while it was read.`)
    position += bytesRead
    return chunk.subarray(0, bytesRead)
  }

  return new Readable({
    highWaterMark: 2 * chunkBytes,
    read() {
      next().then(
        (chunk) => this.push(chunk),
        (error) => this.destroy(broken(error, path)),
      )
    },
    destroy(error, done) {
      file.close().then(
        () => done(error),
        () => done(error),
      )
    },
  })
}

/** SHA-256 of a file that stays as it was seen until it has been read; undefined if it does not. */
export async function hashFile(
  path: string,
  seen: BigIntStats,
  signal?: AbortSignal,
): Promise<string | undefined> {
  let isSame = false
  const content = await streamFile(path, seen, () => {
    isSame = true
  })
  const sum = createHash('sha256')
  for await (const chunk of content as AsyncIterable<Uint8Array>) {
    signal?.throwIfAborted()
    sum.update(chunk)
    spent(chunk)
  }
  return isSame ? sum.digest('hex') : undefined
}

/** Undefined where it can be opened. */
export async function whyUnreadable(path: string): Promise<Error | undefined> {
  try {
    await (await opened(path)).close()
    return undefined
  } catch (error) {
    return error as Error
  }
}

const broken = (error: unknown, path: string): Error =>
  (error as NodeJS.ErrnoException).code === undefined
    ? (error as Error)
    : diskProblem(error, path, `${path} cannot be read`)

async function opened(path: string): Promise<FileHandle> {
  let file: FileHandle | undefined
  try {
    file = await open(path, flags)
    if (!(await file.stat()).isFile()) throw new Error('it is no file any more')
    return file
  } catch (error) {
    await file?.close()
    throw diskProblem(error, path, `${path} cannot be read`)
  }
}

const isSame = (a: BigIntStats, b: BigIntStats): boolean =>
  a.dev === b.dev &&
  a.ino === b.ino &&
  a.size === b.size &&
  a.mtimeNs === b.mtimeNs &&
  a.ctimeNs === b.ctimeNs
