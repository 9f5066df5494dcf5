import { ArchiveDamaged } from './archive-problem.ts'

/**
 * Follows one zstd frame by its block headers (RFC 8878, 3.1.1), without decoding it.
 *
 * Node cannot be asked: 24.15 to 24.19 decode a truncated frame without an error, and every 24
 * ignores all that follows the first frame (nodejs/node#64592, #64741). What is found here is the
 * same on each of them.
 */
export interface FrameScan {
  /** How many of these bytes belong to the frame; fewer than given once it has ended. */
  take(bytes: Uint8Array): number
  readonly hasEnded: boolean
}

const magic = 0xfd2fb528
const reservedBlock = 3
const runLengthBlock = 1
const checksumBytes = 4
const unusedBits = 0x18

export function frameScan(): FrameScan {
  // Either a header that is being collected, or content that is passed over.
  let header = Buffer.alloc(5)
  let held = 0
  let passOver = 0
  let read: (bytes: Buffer) => void = readFrameStart
  let hasEnded = false

  function collect(bytes: number, then: (bytes: Buffer) => void): void {
    header = Buffer.alloc(bytes)
    held = 0
    read = then
  }

  function readFrameStart(start: Buffer): void {
    if (start.readUInt32LE(0) !== magic) throw new ArchiveDamaged('The pack is no zstd file.')
    const descriptor = start.readUInt8(4)
    if ((descriptor & unusedBits) !== 0) throw new ArchiveDamaged('The pack is no zstd file.')
    const hasChecksum = (descriptor & 4) !== 0
    if (!hasChecksum) throw new ArchiveDamaged('The pack has no checksum, every pack has one.')
    const isSingleSegment = (descriptor & 32) !== 0
    const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0
    const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
    const rest = (isSingleSegment ? 0 : 1) + dictionaryBytes + sizeBytes
    if (rest > 0) collect(rest, () => collect(3, readBlock))
    else collect(3, readBlock)
  }

  function readBlock(block: Buffer): void {
    const value = block.readUIntLE(0, 3)
    const isLast = (value & 1) !== 0
    const type = (value >> 1) & 3
    if (type === reservedBlock) throw new ArchiveDamaged('The pack has a block of no known kind.')
    passOver = type === runLengthBlock ? 1 : value >> 3
    if (isLast) collect(checksumBytes, end)
    else collect(3, readBlock)
  }

  function end(): void {
    hasEnded = true
  }

  return {
    get hasEnded() {
      return hasEnded
    },
    take(bytes) {
      let at = 0
      while (at < bytes.length && !hasEnded) {
        if (passOver > 0) {
          const step = Math.min(passOver, bytes.length - at)
          passOver -= step
          at += step
          continue
        }
        const step = Math.min(header.length - held, bytes.length - at)
        header.set(bytes.subarray(at, at + step), held)
        held += step
        at += step
        if (held === header.length) read(header)
      }
      return at
    },
  }
}
