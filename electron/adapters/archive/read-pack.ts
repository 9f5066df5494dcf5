import { createHash } from 'node:crypto'
import { constants, type FileHandle, open } from 'node:fs/promises'
import type { Readable, TransformOptions } from 'node:stream'
import { createZstdDecompress, type ZstdDecompress, type ZstdOptions } from 'node:zlib'
import { diskProblem } from '../disk/disk-problem.ts'
import { ageMagic, decrypted } from './age-stream.ts'
import { ArchiveDamaged, ArchiveRefused } from './archive-problem.ts'
import type { PackMember } from './pack-member.ts'
import { handOver, spent } from './spent.ts'
import { type ContentCheck, type TarLimits, tarEntries } from './tar-entries.ts'
import { frameScan } from './zstd-frame.ts'

export type PackLimits = TarLimits & {
  /**
   * Unpacked bytes for each byte of the pack. Unlimited by itself: zstd packs a file of zeros to
   * a thirty-thousandth of its size, and databases have such files.
   */
  ratio?: number
}

const portionBytes = 512 * 1024

/**
 * Members in the order of the pack; what the callback leaves of `content` is passed over.
 * Resolves only once the whole pack has been read and found sound: until then nothing that the
 * callback received is verified. Rejects with `ArchiveDamaged`, `ArchiveRefused`, a `DiskProblem`,
 * or what the callback rejects with. Who has read a chunk of `content` may say that it is `spent`.
 */
export async function readPack(
  path: string,
  options: {
    identity?: string
    signal?: AbortSignal
    limits?: PackLimits
    /** Every byte of the archive, in its order. */
    onUnpacked?: (bytes: Uint8Array) => void
    checkOf?: (member: PackMember) => ContentCheck | undefined
  },
  onMember: (member: PackMember, content: Readable) => Promise<void>,
): Promise<void> {
  const { identity, signal, limits = {}, onUnpacked, checkOf } = options
  const file = await opened(path)
  let fed: Promise<void> | undefined
  try {
    const isSealed = await isEncrypted(file, path)
    if (isSealed && identity === undefined) {
      throw new ArchiveDamaged(`${path} is encrypted, and its key is not at hand.`)
    }
    const zstd: ZstdOptions & TransformOptions = {
      chunkSize: portionBytes,
      highWaterMark: portionBytes,
    }
    const unpacked = createZstdDecompress(zstd)
    // Told by the archive, whose stream breaks with it.
    unpacked.on('error', () => undefined)
    const portions = portionsOf(file, path)
    fed = feed(isSealed ? decrypted(portions, identity ?? '') : portions, unpacked)
    const { size: sizeBytes } = await file.stat()
    let unpackedBytes = 0
    const reading = {
      limits,
      handsOver: true,
      ...(signal && { signal }),
      ...(onUnpacked && { onBytes: onUnpacked }),
      ...(checkOf && { checkOf }),
    }
    for await (const { member, content } of tarEntries(unpacked, reading)) {
      if (member.hardLinkTo !== undefined) {
        throw new ArchiveRefused(`${JSON.stringify(member.name)} is a hard link, packs have none.`)
      }
      unpackedBytes += member.sizeBytes
      if (limits.ratio !== undefined && unpackedBytes > limits.ratio * sizeBytes) {
        throw new ArchiveRefused(
          `The pack unpacks to more than ${limits.ratio} times its ${sizeBytes} bytes.`,
        )
      }
      await onMember(member, content)
    }
  } catch (error) {
    throw judged(error)
  } finally {
    await fed
    await file.close()
  }
}

/** Hash and size of a file as it lies on the disk. Rejects with a `DiskProblem`. */
export async function packSha256(
  path: string,
  options: { signal?: AbortSignal; onBytes?: (bytes: number) => void } = {},
): Promise<{ sha256: string; sizeBytes: number }> {
  const file = await opened(path)
  try {
    const hash = createHash('sha256')
    let sizeBytes = 0
    for await (const portion of portionsOf(file, path)) {
      options.signal?.throwIfAborted()
      hash.update(portion)
      sizeBytes += portion.length
      options.onBytes?.(portion.length)
      spent(portion)
    }
    return { sha256: hash.digest('hex'), sizeBytes }
  } finally {
    await file.close()
  }
}

/** Gives it exactly one whole frame, or breaks it; never rejects. */
async function feed(packed: AsyncIterable<Uint8Array>, unpacked: ZstdDecompress): Promise<void> {
  const scan = frameScan()
  try {
    for await (const portion of packed) {
      if (scan.take(portion) < portion.length) {
        throw new ArchiveDamaged('The pack goes on after its end.')
      }
      await taken(portion, unpacked)
      if (unpacked.destroyed) return
      spent(portion)
    }
    if (!scan.hasEnded) throw new ArchiveDamaged('The pack is cut off.')
    unpacked.end()
  } catch (error) {
    unpacked.destroy(error as Error)
  }
}

/** Also where the stream breaks meanwhile: then it forgets to call back. */
const taken = (portion: Uint8Array, unpacked: ZstdDecompress): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      unpacked.off('close', done)
      resolve()
    }
    if (unpacked.destroyed) return resolve()
    unpacked.once('close', done).write(portion, done)
  })

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (error) {
    throw unreadable(error, path)
  }
}

async function isEncrypted(file: FileHandle, path: string): Promise<boolean> {
  const start = Buffer.alloc(ageMagic.length)
  try {
    await file.read(start, 0, start.length, 0)
  } catch (error) {
    throw unreadable(error, path)
  }
  return start.equals(ageMagic)
}

/** From the beginning to the end, the next one being read while the last one is worked on. */
async function* portionsOf(file: FileHandle, path: string): AsyncGenerator<Buffer> {
  let next = portionAt(file, 0)
  try {
    for (let at = 0; ; ) {
      const portion = await next
      if (portion.length === 0) return
      at += portion.length
      next = portionAt(file, at)
      yield portion
    }
  } catch (error) {
    throw unreadable(error, path)
  } finally {
    await next.catch(() => undefined)
  }
}

async function portionAt(file: FileHandle, position: number): Promise<Buffer> {
  const portion = handOver(Buffer.allocUnsafeSlow(portionBytes))
  const { bytesRead } = await file.read(portion, 0, portionBytes, position)
  return portion.subarray(0, bytesRead)
}

const unreadable = (error: unknown, path: string) =>
  diskProblem(error, path, `${path} cannot be read`)

function judged(error: unknown): unknown {
  const code = String((error as NodeJS.ErrnoException | undefined)?.code)
  return /^Z(STD_error)?_/.test(code)
    ? new ArchiveDamaged('The pack does not unpack, its bytes have been altered.', error)
    : error
}
