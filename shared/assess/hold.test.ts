import { expect, test } from 'vitest'
import { aFinding, aHeldFinding } from '../../test/support/a-situation.ts'
import { minute, noon, second } from '../../test/support/a-world.ts'
import type { HeldFinding } from './finding.ts'
import { hold, nextDeadline } from './hold.ts'

const stopped = aFinding()
const switched = aFinding({ code: 'CONTEXT_SWITCHED', subject: 'context:current' })

const statuses = (held: readonly HeldFinding[]) => held.map(({ code, status }) => [code, status])

test('a context finding fires at once, a stopped service after five seconds', () => {
  const first = hold([], [switched, stopped], noon)
  expect(statuses(first)).toEqual([
    ['CONTEXT_SWITCHED', 'firing'],
    ['SERVICE_STOPPED', 'pending'],
  ])
  expect(nextDeadline(first, noon)).toBe(noon + 5 * second)
  const later = hold(first, [switched, stopped], noon + 5 * second)
  expect(later[1]).toMatchObject({ status: 'firing', since: noon, firedAt: noon + 5 * second })
})

test('what goes away while pending was never there', () => {
  expect(hold(hold([], [stopped], noon), [], noon + second)).toEqual([])
})

test('a resolved finding stays for ten minutes', () => {
  const resolved = hold(hold([], [switched], noon), [], noon + minute)
  expect(resolved).toMatchObject([{ status: 'resolved', resolvedAt: noon + minute }])
  expect(nextDeadline(resolved, noon + minute)).toBe(noon + 11 * minute)
  expect(hold(resolved, [], noon + 11 * minute - 1)).toEqual(resolved)
  expect(hold(resolved, [], noon + 11 * minute)).toEqual([])
})

test.each([
  ['within half a minute it is the same one', 30 * second, { status: 'firing', since: noon }],
  ['after that, a new one', 31 * second, { status: 'firing', since: noon + minute + 31 * second }],
])('coming back: %s', (_, gap, expected) => {
  const resolved = hold(hold([], [switched], noon), [], noon + minute)
  const [back] = hold(resolved, [switched], noon + minute + gap)
  expect(back).toMatchObject(expected)
  expect(back?.resolvedAt).toBeUndefined()
})

test('the words are those of the latest look', () => {
  const held = hold(hold([], [switched], noon), [{ ...switched, sentence: 'New.' }], noon + second)
  expect(held[0]).toMatchObject({ sentence: 'New.', since: noon })
})

test('what cannot be judged now is not over', () => {
  const firing = hold(hold([], [stopped], noon), [stopped], noon + minute)
  const held = hold(firing, [], noon + 2 * minute, undefined, new Set(['SERVICE_STOPPED'] as const))
  expect(held).toEqual(firing)
})

test('what was pending and cannot be judged now is not waited for', () => {
  const pending = hold([], [stopped], noon)
  expect(
    hold(pending, [], noon + second, undefined, new Set(['SERVICE_STOPPED'] as const)),
  ).toEqual([])
})

test('nothing held, nothing due', () => {
  expect(nextDeadline([], noon)).toBeUndefined()
  expect(nextDeadline(hold([], [switched], noon), noon)).toBeUndefined()
})

test('a clock that is set back makes nothing wait for that day again', () => {
  const aYear = 365 * 24 * 60 * minute
  const before = noon - aYear
  const pending = hold(hold([], [stopped], noon), [stopped], before)
  expect(pending[0]).toMatchObject({ status: 'pending', since: before })
  expect(nextDeadline(pending, before)).toBe(before + 5 * second)
  const fired = hold(hold([], [switched], noon), [], noon)
  const [over] = hold(fired, [], before)
  expect(over).toMatchObject({ status: 'resolved', resolvedAt: before })
  expect(hold(over ? [over] : [], [], before + 11 * minute)).toEqual([])
})

test('what swings around its limit is given longer to come back', () => {
  const hot = aHeldFinding({
    code: 'GPU_HOT',
    subject: 'gpu:1',
    status: 'resolved',
    resolvedAt: noon,
  })
  const stopped = aHeldFinding({ status: 'resolved', resolvedAt: noon })
  const later = noon + 200 * second
  const again = hold([hot, stopped], [hot, stopped], later, () => 60 * second)
  expect(again.map(({ status }) => status)).toEqual(['firing', 'pending'])
})

test('one finding alone may be undecided', () => {
  const seen = aHeldFinding({ code: 'EXPORTER_DOWN', subject: 'service:odin/a' })
  const unseen = aHeldFinding({ code: 'EXPORTER_DOWN', subject: 'service:odin/b' })
  const undecided = new Set(['EXPORTER_DOWN@service:odin/b'])
  expect(hold([seen, unseen], [], noon + second, () => 0, undecided)).toMatchObject([
    { subject: 'service:odin/a', status: 'resolved' },
    { subject: 'service:odin/b', status: 'firing' },
  ])
})
