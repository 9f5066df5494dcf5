import { randomBytes } from 'node:crypto'
import { constants, createZstdCompress, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { frameScan } from './zstd-frame.ts'

const params = { [constants.ZSTD_c_checksumFlag]: 1 }

/** Without and with its size in the header, with blocks that are raw, of one byte, and compressed. */
const frames = fc
  .record({
    content: fc.oneof(
      fc.uint8Array({ maxLength: 3000 }).map(Buffer.from),
      fc.nat(400_000).map((size) => Buffer.alloc(size)),
      fc.nat(400_000).map((size) => randomBytes(size)),
      fc.nat(400_000).map((size) => Buffer.alloc(size, 'level=info ')),
    ),
    contentSizeFlag: fc.constantFrom(0, 1),
    level: fc.constantFrom(1, 3, 12),
  })
  .map(({ content, contentSizeFlag, level }) =>
    zstdCompressSync(content, {
      params: {
        ...params,
        [constants.ZSTD_c_contentSizeFlag]: contentSizeFlag,
        [constants.ZSTD_c_compressionLevel]: level,
      },
    }),
  )

test('a frame ends with its last byte, whatever follows and however it comes', () => {
  fc.assert(
    fc.property(
      frames,
      fc.uint8Array({ maxLength: 40 }),
      fc.integer({ min: 1, max: 5000 }),
      (frame, more, step) => {
        const bytes = Buffer.concat([frame, more])
        const scan = frameScan()
        let taken = 0
        for (let at = 0; at < bytes.length; at += step) {
          const end = Math.min(at + step, bytes.length)
          taken += scan.take(bytes.subarray(at, end))
          expect(scan.hasEnded).toBe(end >= frame.length)
        }
        expect(taken).toBe(frame.length)
      },
    ),
    { numRuns: 40 },
  )
})

test('a frame that Node streams in portions is one frame to us as well', async () => {
  const compressor = createZstdCompress({ params, chunkSize: 1024 })
  compressor.end(randomBytes(500_000))
  const scan = frameScan()
  for await (const chunk of compressor) scan.take(chunk)
  expect(scan.hasEnded).toBe(true)
})
