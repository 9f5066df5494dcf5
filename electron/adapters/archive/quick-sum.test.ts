import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quickSum } from './quick-sum.ts'

function sumOf(parts: readonly Uint8Array[]): string {
  const sum = quickSum()
  for (const part of parts) sum.add(part)
  return sum.end()
}

test('the same bytes have the same sum, however they come', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 5_000 })), (parts) => {
      expect(sumOf(parts)).toBe(sumOf([Buffer.concat(parts)]))
    }),
  )
})

test('bytes that differ by a bit, by their order or by zeros at their end have another one', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 5_000 }),
      fc.nat(),
      fc.integer({ min: 0, max: 7 }),
      (bytes, at, bit) => {
        const altered = Buffer.from(bytes)
        const index = at % bytes.length
        altered[index] = (altered[index] ?? 0) ^ (1 << bit)
        const sum = sumOf([bytes])
        expect(sumOf([altered])).not.toBe(sum)
        expect(sumOf([bytes, Buffer.alloc(1)])).not.toBe(sum)
        expect(sumOf([altered, bytes])).not.toBe(sumOf([bytes, altered]))
      },
    ),
  )
})
