import { expect, test } from 'vitest'
import { FillRates } from './fill-rates.ts'

const minute = 60_000
const gib = 1024 ** 3

test('nothing is told of a disk that was watched for less than ten minutes', () => {
  const rates = new FillRates()
  expect(rates.after('/', 100 * gib, 0)).toBeUndefined()
  expect(rates.after('/', 90 * gib, 9 * minute)).toBeUndefined()
  expect(rates.after('/', 90 * gib, 10 * minute)).toBe(60 * gib)
})

test('what counts is the last hour, and each disk has its own', () => {
  const rates = new FillRates()
  for (let at = 0; at <= 180; at += 1) {
    // Twenty GiB in the first hour, one an hour since.
    const used = at <= 60 ? at / 3 : 20 + (at - 60) / 60
    rates.after('/', (100 - used) * gib, at * minute)
    rates.after('/data', 5 * gib, at * minute)
  }
  expect(rates.after('/', 78 * gib, 180 * minute)).toBe(gib)
  expect(rates.after('/data', 5 * gib, 180 * minute)).toBe(0)
})

test('one that empties is told so', () => {
  const rates = new FillRates()
  rates.after('/', gib, 0)
  expect(rates.after('/', 2 * gib, 30 * minute)).toBe(-2 * gib)
})
