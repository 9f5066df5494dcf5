import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ArchiveDamaged, ArchiveRefused } from './archive-problem.ts'
import { packText, unpackText } from './packed-text.ts'

async function unpacked(packed: Uint8Array, atMostBytes = 1e9): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of unpackText(packed, { name: 'list.zst', atMostBytes })) {
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

test('what is packed in parts is one frame, and comes out as it was', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40_000 })), async (parts) => {
      const text = Buffer.concat(parts)
      const { packed, sizeBytes } = await packText(parts)
      expect(sizeBytes).toBe(text.length)
      expect(text.equals(await unpacked(packed))).toBe(true)
      expect(text.equals(zstdDecompressSync(packed))).toBe(true)
    }),
    { numRuns: 40 },
  )
})

test('a text that is cut off, altered or goes on never comes out as whole', async () => {
  const lines = Array.from({ length: 3000 }, (_, line) => `${line * 7919} prometheus.yml\n`)
  const { packed } = await packText(lines.map((line) => Buffer.from(line)))
  for (let at = 0; at < packed.length; at += 97) {
    await expect(unpacked(packed.subarray(0, at))).rejects.toThrow('list.zst is cut off.')
    const altered = Buffer.from(packed)
    altered[at] = (altered[at] ?? 0) ^ 4
    await expect(unpacked(altered)).rejects.toThrow(ArchiveDamaged)
  }
  for (const more of [Buffer.of(0), packed]) {
    const failure = unpacked(Buffer.concat([packed, more]))
    await expect(failure).rejects.toThrow('list.zst goes on after its end.')
  }
  const bare = zstdCompressSync('text', { params: { [constants.ZSTD_c_checksumFlag]: 0 } })
  await expect(unpacked(bare)).rejects.toThrow('list.zst is no zstd file, or has been altered.')
})

test('a bomb is refused as soon as more than was said comes out of it', async () => {
  const zeros = Buffer.alloc(1_000_000)
  const { packed } = await packText(Array.from({ length: 50 }, () => zeros))
  expect(packed.length).toBeLessThan(10_000)
  let bytes = 0
  const reading = async () => {
    for await (const chunk of unpackText(packed, { name: 'list.zst', atMostBytes: 2_000_000 })) {
      bytes += chunk.length
    }
  }
  await expect(reading()).rejects.toThrow(ArchiveRefused)
  expect(bytes).toBeLessThanOrEqual(2_000_000)
})
