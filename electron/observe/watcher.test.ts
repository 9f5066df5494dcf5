import { expect, test } from 'vitest'
import type { Reading } from '../../shared/domain/reading.ts'
import { collected } from '../../test/support/collected.ts'
import { failureOf } from './failure-of.ts'
import { watcher } from './watcher.ts'

const rarelyMs = 3_600_000

test('hints are in place before the first look', async () => {
  const order: string[] = []
  const looked = Promise.withResolvers<void>()
  const watching = watcher({
    source: 'a list',
    async look() {
      order.push('look')
      looked.resolve()
    },
    hints() {
      order.push('hints')
      return () => {}
    },
    settleMs: 0,
    everyMs: rarelyMs,
  })
  watching.start(() => {})
  await looked.promise
  await watching.stop()
  expect(order).toEqual(['hints', 'look'])
})

test('a look that never ends is a source that cannot be read', async () => {
  const readings = collected<Reading<number>>()
  const watching = watcher<number>({
    source: 'the abyss',
    look: () => new Promise(() => {}),
    hints: () => () => {},
    settleMs: 0,
    everyMs: rarelyMs,
    giveUpAfterMs: 10,
  })
  watching.start(readings.add)
  const reading = await readings.until(() => true)
  expect(reading).toMatchObject({
    status: 'unknown',
    failure: { code: 'timeout', message: 'Looking at the abyss took too long.' },
  })
  await watching.stop()
})

test('stop does not wait for a look that never ends', async () => {
  const watching = watcher({
    source: 'the abyss',
    look: () => new Promise(() => {}),
    hints: () => () => {},
    settleMs: 0,
    everyMs: rarelyMs,
  })
  watching.start(() => {})
  await watching.stop()
})

test('the net looks without any hint', async () => {
  const readings = collected<Reading<number>>()
  let looks = 0
  const watching = watcher({
    source: 'a count',
    look: async () => ++looks,
    hints: () => () => {},
    settleMs: 0,
    everyMs: 5,
  })
  watching.start(readings.add)
  await readings.until((reading) => reading.status === 'known' && reading.value === 3)
  await watching.stop()
})

test('a wish in the middle of a look makes exactly one more', async () => {
  let looks = 0
  const going = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const watching = watcher({
    source: 'a slow thing',
    async look() {
      await going[looks++]?.promise
    },
    hints: () => () => {},
    settleMs: 0,
    everyMs: rarelyMs,
  })
  watching.start(() => {})
  const wishes = [watching.lookNow(), watching.lookNow(), watching.lookNow()]
  going[0]?.resolve()
  going[1]?.resolve()
  await Promise.all(wishes)
  expect(looks).toBe(2)
  await watching.stop()
})

test.each([
  [{ code: 'ENOENT', message: 'gone' }, 'not-found'],
  [{ code: 'invalid', message: 'odd' }, 'invalid'],
  [{ code: 'ABORT_ERR', message: 'late' }, 'timeout'],
  [new Error('what'), 'other'],
  ['a text', 'other'],
  [undefined, 'other'],
  [null, 'other'],
])('%j fails as %s', (thrown, code) => {
  const failure = failureOf(thrown)
  expect(failure.code).toBe(code)
  expect(failure.message).not.toBe('')
})
