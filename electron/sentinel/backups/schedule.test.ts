import { describe, expect, test } from 'vitest'
import {
  checkLine,
  dueSlot,
  hasSlept,
  mayBeginAt,
  mendedSlots,
  overdueAt,
  type Slots,
  slotAfter,
  slotBefore,
} from './schedule.ts'

const at = (iso: string) => Date.parse(iso)
const berlin = 'Europe/Berlin'
const nightly = ['15 2 * * *']
const minute = 60_000
const hour = 60 * minute

/** What a loop that looks every minute begins, from one moment to another. */
function begun(
  lines: readonly string[],
  from: string,
  to: string,
  options: { asleep?: [string, string]; jump?: { at: string; by: number } } = {},
): string[] {
  let slots: Slots = { since: at(from) }
  const runs: string[] = []
  let offset = 0
  for (let moment = at(from); moment <= at(to); moment += minute) {
    if (options.asleep && moment > at(options.asleep[0]) && moment < at(options.asleep[1])) continue
    if (options.jump && moment === at(options.jump.at)) offset = options.jump.by
    const now = moment + offset
    slots = mendedSlots(slots, now)
    const slot = dueSlot(lines, slots, now, berlin)
    if (slot === undefined) continue
    slots = { ...slots, done: slot }
    runs.push(new Date(moment).toISOString().slice(0, 16))
  }
  return runs
}

describe('a night', () => {
  test('comes once, at its time', () => {
    expect(begun(nightly, '2026-11-22T12:00Z', '2026-11-24T12:00Z')).toEqual([
      '2026-11-23T01:15',
      '2026-11-24T01:15',
    ])
  })

  test('that has no 02:30 begins at 03:00, once', () => {
    expect(begun(['30 2 * * *'], '2027-03-27T12:00Z', '2027-03-29T12:00Z')).toEqual([
      '2027-03-28T01:00',
      '2027-03-29T00:30',
    ])
  })

  test('that has two 02:30 begins once', () => {
    expect(begun(['30 2 * * *'], '2026-10-24T12:00Z', '2026-10-26T12:00Z')).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ])
  })

  test('of an hourly schedule has its hours, both ways', () => {
    expect(begun(['0 * * * *'], '2026-10-24T23:30Z', '2026-10-25T03:30Z')).toHaveLength(4)
    expect(begun(['0 * * * *'], '2027-03-28T00:30Z', '2027-03-28T03:30Z')).toHaveLength(3)
  })
})

describe('exactly one run catches up', () => {
  test('after three hours of sleep over a slot', () => {
    const asleep: [string, string] = ['2026-11-23T00:30Z', '2026-11-23T03:30Z']
    expect(begun(nightly, '2026-11-22T12:00Z', '2026-11-24T12:00Z', { asleep })).toEqual([
      '2026-11-23T03:30',
      '2026-11-24T01:15',
    ])
  })

  test('after weeks away', () => {
    const asleep: [string, string] = ['2026-10-01T12:00Z', '2026-11-23T12:00Z']
    const runs = begun(nightly, '2026-10-01T06:00Z', '2026-11-24T12:00Z', { asleep })
    expect(runs).toEqual(['2026-11-23T12:00', '2026-11-24T01:15'])
  })

  test('of several lines that came due together', () => {
    const slots = { since: at('2026-11-20T00:00Z') }
    const lines = ['0 1 * * *', '0 2 * * *']
    const now = at('2026-11-23T12:00Z')
    const slot = dueSlot(lines, slots, now, berlin)
    expect(slot).toBe(at('2026-11-23T01:00Z'))
    expect(dueSlot(lines, { ...slots, done: slot as number }, now, berlin)).toBeUndefined()
  })

  test('when the clock jumps two days ahead', () => {
    const jump = { at: '2026-11-22T18:00Z', by: 48 * hour }
    expect(begun(nightly, '2026-11-22T12:00Z', '2026-11-23T12:00Z', { jump })).toEqual([
      '2026-11-22T18:00',
      '2026-11-23T01:15',
    ])
  })
})

test('a clock that is set back an hour repeats nothing', () => {
  const jump = { at: '2026-11-23T01:20Z', by: -hour }
  expect(begun(nightly, '2026-11-22T12:00Z', '2026-11-23T20:00Z', { jump })).toEqual([
    '2026-11-23T01:15',
  ])
})

test('a clock that was months ahead does not keep from the next slot', () => {
  const ahead: Slots = { since: at('2027-06-01T00:00Z'), done: at('2027-06-02T01:15Z') }
  const mended = mendedSlots(ahead, at('2026-11-22T12:00Z'))
  expect(dueSlot(nightly, mended, at('2026-11-22T12:00Z'), berlin)).toBeUndefined()
  const night = at('2026-11-23T01:15Z')
  expect(dueSlot(nightly, mended, night, berlin)).toBe(night)
})

test('a new schedule waits for its first slot', () => {
  const slots = { since: at('2026-11-23T12:00Z') }
  expect(dueSlot(nightly, slots, at('2026-11-23T12:00Z'), berlin)).toBeUndefined()
  expect(dueSlot(nightly, slots, at('2026-11-24T01:14:59Z'), berlin)).toBeUndefined()
  expect(dueSlot(nightly, slots, at('2026-11-24T01:15:00Z'), berlin)).toBe(at('2026-11-24T01:15Z'))
})

test('a slot that was slept over waits after waking up, one that was seen does not', () => {
  const slot = at('2026-11-23T01:15Z')
  const afterResumeSeconds = 300
  const woken = { awakeSince: slot + hour, afterResumeSeconds }
  expect(mayBeginAt(slot, woken)).toBe(slot + hour + 5 * minute)
  const awake = { awakeSince: slot - minute, afterResumeSeconds }
  expect(mayBeginAt(slot, awake)).toBe(slot)
})

test('nobody is told of a missed run before it could have caught up', () => {
  const slot = at('2026-11-23T01:15Z')
  const awake = { awakeSince: slot - hour, afterResumeSeconds: 300 }
  expect(overdueAt(nightly, slot, awake, berlin)).toBe(slot + 6 * hour)
  expect(overdueAt(['0 * * * *'], at('2026-11-23T01:00Z'), awake, berlin)).toBe(
    at('2026-11-23T01:15Z'),
  )
  const woken = { ...awake, awakeSince: slot + 9 * hour }
  expect(overdueAt(nightly, slot, woken, berlin)).toBe(slot + 9 * hour + 20 * minute)
})

test('slots on both sides', () => {
  const noon = at('2026-11-23T12:00Z')
  expect(slotBefore(nightly, noon, berlin)).toBe(at('2026-11-23T01:15Z'))
  expect(slotAfter(nightly, noon, berlin)).toBe(at('2026-11-24T01:15Z'))
  expect(slotBefore([], noon)).toBeUndefined()
  expect(slotAfter([], noon)).toBeUndefined()
})

test('sleep is told from a timer that is a little late', () => {
  expect(hasSlept(0, 61_000, minute)).toBe(false)
  expect(hasSlept(0, 3 * hour, minute)).toBe(true)
})

test.each(['99 2 * * *', '0 0 30 2 *', 'every night'])('%s is no schedule', (line) => {
  expect(() => checkLine(line)).toThrow(/^The schedule "/)
})
