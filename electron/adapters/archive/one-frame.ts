import { zstdDecompressSync } from 'node:zlib'
import { handOver } from './spent.ts'
import { frameScan } from './zstd-frame.ts'

/**
 * The first frame alone. Node's stream appends an empty one when the output ends just where its
 * buffer does (nodejs/node#66078), and what reads one frame would take that for garbage.
 */
export async function* oneFrame(compressed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const scan = frameScan()
  const beyond: Buffer[] = []
  for await (const chunk of compressed) {
    const end = scan.take(chunk)
    if (end > 0) yield handOver(chunk.subarray(0, end))
    if (end < chunk.length) beyond.push(chunk.subarray(end))
  }
  if (!scan.hasEnded) throw new Error('zstd did not end its frame')
  const rest = Buffer.concat(beyond)
  if (rest.length > 0 && zstdDecompressSync(rest).length > 0) {
    throw new Error('zstd made more than one frame')
  }
}
