import { expect, test } from 'vitest'
import { pathsOf } from './plot.ts'

const frame = { from: 0, to: 100, max: 10, width: 100, height: 50 }
const every10 = (values: readonly (number | null)[]) =>
  values.map((value, index) => ({ at: index * 10, value }))

test('time runs to the right and more is higher', () => {
  expect(pathsOf(every10([0, 10, 5]), frame)).toEqual(['M0 50L10 0L20 25'])
})

test('nothing is drawn across what is unknown', () => {
  expect(pathsOf(every10([1, 1, null, 1, 1]), frame)).toHaveLength(2)
})

test('nothing is drawn across a time in which nobody looked', () => {
  const points = [0, 10, 20, 70, 80].map((at) => ({ at, value: 5 }))
  expect(pathsOf(points, frame)).toEqual(['M0 25L10 25L20 25', 'M70 25L80 25'])
})

test('a lone moment is a dot, and no moment is nothing', () => {
  expect(pathsOf([{ at: 50, value: 5 }], frame)).toEqual(['M50 25h0'])
  expect(pathsOf([], frame)).toEqual([])
})

test('what lies outside stays inside the edges', () => {
  expect(pathsOf(every10([99, -3]), frame)).toEqual(['M0 0L10 50'])
  expect(pathsOf([{ at: -5, value: 1 }], frame)).toEqual([])
})
