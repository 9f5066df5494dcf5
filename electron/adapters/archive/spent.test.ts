import { expect, test } from 'vitest'
import { handOver, spent } from './spent.ts'

const large = () => Buffer.alloc(256 * 1024, 1)

test('what was handed over is gone once its end is spent', () => {
  const bytes = handOver(large())
  spent(bytes.subarray(0, 100))
  expect(bytes.length).toBe(256 * 1024)
  spent(bytes.subarray(100))
  expect(bytes.buffer.byteLength).toBe(0)
})

test('what belongs to somebody else stays', () => {
  const bytes = large()
  spent(bytes)
  expect(bytes[0]).toBe(1)
})

test('a view of the pool that all buffers share stays, with the pool', () => {
  const small = handOver(Buffer.from('small'))
  const neighbour = Buffer.from('neighbour')
  spent(small)
  spent(Buffer.from(small.buffer, small.byteOffset))
  expect([String(small), String(neighbour)]).toEqual(['small', 'neighbour'])
})

test('spent twice is as spent once', () => {
  const bytes = handOver(large())
  spent(bytes)
  spent(bytes)
  expect(bytes.length).toBe(0)
})
