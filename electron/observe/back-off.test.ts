import { expect, test } from 'vitest'
import { backOff } from './back-off.ts'

test('doubles up to the most, and begins anew after a reset', () => {
  const waits = backOff({ firstMs: 500, mostMs: 3000, random: () => 1 })
  expect([1, 2, 3, 4, 5].map(() => waits.next())).toEqual([500, 1000, 2000, 3000, 3000])
  waits.reset()
  expect(waits.next()).toBe(500)
})

test('leaves the upper half to chance', () => {
  const waits = (chance: number) =>
    backOff({ firstMs: 500, mostMs: 500, random: () => chance }).next()
  expect([0, 0.5, 1].map(waits)).toEqual([250, 375, 500])
})
