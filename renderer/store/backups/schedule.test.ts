import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { someBackups } from '../../../test/support/some-backups.ts'
import {
  cronOf,
  cronProblem,
  dueOn,
  isSound,
  keptWords,
  planProblems,
  timingOf,
  timingWords,
  turnedInto,
} from './schedule.ts'

const { plan } = someBackups(Date.UTC(2026, 10, 20))

test.each([
  ['15 2 * * *', 'every day at 02:15'],
  ['@daily', 'every day at 00:00'],
  ['0 4 * * 0', 'every Sunday at 04:00'],
  ['0 4 * * 7', 'every Sunday at 04:00'],
  ['5 * * * *', 'every hour, 5 min past'],
  ['30 */6 * * *', 'every 6 hours, 30 min past'],
  ['0 2 1 * *', 'by the cron line 0 2 1 * *'],
  ['*/5 * * * *', 'by the cron line */5 * * * *'],
  ['0 2,14 * * *', 'by the cron line 0 2,14 * * *'],
  ['0 */5 * * *', 'by the cron line 0 */5 * * *'],
])('%s is %s', (line, words) => {
  expect(timingWords(line)).toBe(words)
})

test('what is chosen and its cron line say the same, both ways', () => {
  const minute = fc.integer({ min: 0, max: 59 })
  const clock = fc
    .tuple(fc.integer({ min: 0, max: 23 }), minute)
    .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`)
  const timing = fc.oneof(
    clock.map((time) => ({ kind: 'daily' as const, time })),
    fc
      .tuple(fc.integer({ min: 0, max: 6 }), clock)
      .map(([weekday, time]) => ({ kind: 'weekly' as const, weekday, time })),
    fc
      .tuple(fc.constantFrom(1, 2, 3, 4, 6, 8, 12), minute)
      .map(([every, at]) => ({ kind: 'hours' as const, every, minute: at })),
  )
  fc.assert(
    fc.property(timing, (one) => {
      expect(timingOf(cronOf(one))).toEqual(one)
      expect(cronProblem(cronOf(one))).toBeNull()
    }),
  )
})

test('another way to say it keeps the time', () => {
  const weekly = { kind: 'weekly', weekday: 3, time: '04:30' } as const
  expect(turnedInto('daily', weekly)).toEqual({ kind: 'daily', time: '04:30' })
  expect(turnedInto('hours', weekly)).toEqual({ kind: 'hours', every: 6, minute: 30 })
  expect(turnedInto('cron', weekly)).toEqual({ kind: 'cron', line: '30 4 * * 3' })
})

test.each([
  ['', 'The cron line is empty, expected five fields such as 15 2 * * *.'],
  ['15 2 * *', 'The cron line has 4 fields, expected five: minute, hour, day, month, weekday.'],
  ['@yearlyish', '@yearlyish is not known, expected @hourly, @daily, @weekly or @monthly.'],
  ['60 2 * * *', 'The minute is 60, expected 0 to 59.'],
  ['0 25 * * *', 'The hour is 25, expected 0 to 23.'],
  ['0 2 0 * *', 'The day of the month is 0, expected 1 to 31.'],
  ['0 2 * 13 *', 'The month is 13, expected 1 to 12.'],
  ['0 2 * * 8', 'The weekday is 8, expected 0 to 7.'],
  ['0 2 * * funday', 'The weekday “funday” is no number, range or step.'],
  ['0 5-2 * * *', 'The hour is 5-2, expected 0 to 23.'],
  ['*/0 2 * * *', 'The minute is */0, expected 0 to 59.'],
])('%j is told as wrong', (line, sentence) => {
  expect(cronProblem(line)).toBe(sentence)
})

test.each([
  '0-30/5 2-4 1,15 jan-mar mon-fri',
  '@weekly',
  '  15   2 * * *  ',
  '0 2 L * *',
  '0 2 * * fri#L',
])('%j is fine', (line) => {
  expect(cronProblem(line)).toBeNull()
})

describe('a day is due', () => {
  const sunday = new Date(2026, 10, 22)
  const monday = new Date(2026, 10, 23)

  test('by its weekday, whichever number Sunday has', () => {
    for (const line of ['0 4 * * 0', '0 4 * * 7', '0 4 * * sun']) {
      expect([dueOn(line, sunday), dueOn(line, monday)]).toEqual([true, false])
    }
  })

  test('by its day of the month and its month', () => {
    expect(dueOn('0 2 22 * *', sunday)).toBe(true)
    expect(dueOn('0 2 22 12 *', sunday)).toBe(false)
  })

  test('by either of the two where both are given, as cron does it', () => {
    expect(dueOn('0 2 1 * 1', monday)).toBe(true)
    expect(dueOn('0 2 23 * 5', monday)).toBe(true)
    expect(dueOn('0 2 1 * 5', monday)).toBe(false)
  })

  test('never by a line that means nothing, or days that only croner can tell', () => {
    expect(dueOn('every day', monday)).toBe(false)
    expect(dueOn('0 2 * * mon#4', monday)).toBe(false)
  })
})

test('a plan is sound when every part of it is', () => {
  expect(isSound(planProblems(plan))).toBe(true)
  expect(isSound(planProblems({ ...plan, drill: '0 25 * * *' }))).toBe(false)
  const keep = { ...plan.keep, weekly: Number.NaN }
  expect(planProblems({ ...plan, keep }).keep).toBe('Weekly must be 0 to 1000.')
  expect(planProblems({ ...plan, schedule: ['15 2 * * *', ''] }).schedule).toMatchObject([
    null,
    expect.stringContaining('empty'),
  ])
})

test('what is kept is said in words', () => {
  expect(keptWords(plan.keep)).toBe('the newest 5, 31 daily, 8 weekly, 6 monthly')
  const none = { last: 0, hourly: 0, daily: 0, weekly: 0, monthly: 0 }
  expect(keptWords(none)).toBe('only what is pinned, and two that are verified')
})
