import type { TransformOptions } from 'node:stream'
import { constants, createZstdCompress, createZstdDecompress, type ZstdOptions } from 'node:zlib'
import { ArchiveDamaged, ArchiveRefused } from './archive-problem.ts'
import { oneFrame } from './one-frame.ts'
import { frameScan } from './zstd-frame.ts'

const zstd: ZstdOptions & TransformOptions = {
  params: {
    [constants.ZSTD_c_compressionLevel]: 6,
    [constants.ZSTD_c_checksumFlag]: 1,
    // Lists of checksums are mostly hexadecimal: shorter matches are chance, and cost more than they
    // save. A hundred thousand lines become as small as at level 19 (zstd 1.5.7), 300 times sooner.
    [constants.ZSTD_c_minMatch]: 6,
  },
}

/** One zstd frame with its checksum, and how long the text is. The parts are asked for one by one. */
export async function packText(
  parts: Iterable<Uint8Array>,
): Promise<{ packed: Buffer; sizeBytes: number }> {
  const compressor = createZstdCompress(zstd)
  let sizeBytes = 0
  async function feed(): Promise<void> {
    for (const part of parts) {
      sizeBytes += part.length
      await new Promise<void>((resolve, reject) => {
        compressor.write(part, (error) => (error ? reject(error) : resolve()))
      })
    }
    compressor.end()
  }
  try {
    const [frame] = await Promise.all([collected(oneFrame(compressor)), feed()])
    return { packed: frame, sizeBytes }
  } finally {
    compressor.destroy()
  }
}

async function collected(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const chunkBytes = 256 * 1024

/**
 * The text of one whole frame, in portions. Breaks with a sentence about `name`: with
 * `ArchiveDamaged` where it is cut off or altered, with `ArchiveRefused` as soon as it becomes
 * longer than this.
 */
export async function* unpackText(
  packed: Uint8Array,
  { name, atMostBytes }: { name: string; atMostBytes: number },
): AsyncGenerator<Buffer> {
  expectOneFrame(packed, name)
  const unpacked = createZstdDecompress({ chunkSize: chunkBytes })
  unpacked.end(packed)
  let sizeBytes = 0
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length
      if (sizeBytes > atMostBytes) {
        throw new ArchiveRefused(`${name} unpacks to more than ${atMostBytes} bytes.`)
      }
      yield chunk
    }
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException | undefined)?.code)
    throw /^Z(STD_error)?_/.test(code)
      ? new ArchiveDamaged(`${name} does not unpack, its bytes have been altered.`, error)
      : error
  } finally {
    unpacked.destroy()
  }
}

function expectOneFrame(packed: Uint8Array, name: string): void {
  const scan = frameScan()
  let end = 0
  try {
    end = scan.take(packed)
  } catch (error) {
    throw new ArchiveDamaged(`${name} is no zstd file, or has been altered.`, error)
  }
  if (!scan.hasEnded) throw new ArchiveDamaged(`${name} is cut off.`)
  if (end < packed.length) throw new ArchiveDamaged(`${name} goes on after its end.`)
}
