import { describe, expect, test } from 'vitest'
import type { BackupView } from '../../../shared/ipc/backup-view.ts'
import { someBackups } from '../../../test/support/some-backups.ts'
import { calendarMonth, dayTitle, monthAfter, monthOf, monthsOf } from './calendar.ts'

const now = new Date(2026, 10, 20, 10, 14).getTime()
const view = someBackups(now)

function marksOf(of: BackupView, month = monthOf(now)): Record<string, string> {
  const days = calendarMonth(of, month, now).weeks.flat()
  return Object.fromEntries(days.map(({ key, mark }) => [key, mark]))
}

test('each day wears the worst of its backups', () => {
  expect(marksOf(view)).toMatchObject({
    '2026-11-20': 'good',
    '2026-11-14': 'partial',
    '2026-11-07': 'damaged',
    '2026-11-11': 'missed',
    '2026-11-21': 'none',
  })
})

test('a month is whole weeks from Monday on, and names itself', () => {
  const { title, weeks } = calendarMonth(view, monthOf(now), now)
  expect(title).toBe('November 2026')
  expect(weeks.every((week) => week.length === 7)).toBe(true)
  expect(weeks[0]?.[0]?.key).toBe('2026-10-26')
  expect(weeks.at(-1)?.at(-1)?.key).toBe('2026-12-06')
  const today = weeks.flat().filter((day) => day.today)
  expect(today.map(({ words }) => words)).toEqual(['Friday 20 November: 1 backup, good'])
  expect(dayTitle('2026-11-07')).toBe('Saturday 7 November')
})

describe('a hole is only told', () => {
  test('where nothing can have been cleaned up', () => {
    expect(marksOf(view, new Date(2026, 8, 1))['2026-09-20']).toBe('none')
    const keep = { ...view.plan.keep, daily: 7 }
    expect(marksOf({ ...view, plan: { ...view.plan, keep } })['2026-11-11']).toBe('none')
  })

  test('where the schedule means that day', () => {
    const weekly = { ...view.plan, schedule: ['15 2 * * 0'] }
    expect(marksOf({ ...view, plan: weekly })['2026-11-11']).toBe('none')
    expect(marksOf({ ...view, plan: { ...view.plan, schedule: [] } })['2026-11-11']).toBe('none')
  })

  test('of today when it is overdue, and not before', () => {
    const snapshots = view.snapshots.slice(1)
    expect(marksOf({ ...view, snapshots })['2026-11-20']).toBe('none')
    const overdueSince = new Date(2026, 10, 20, 2, 15).toISOString()
    expect(marksOf({ ...view, snapshots, overdueSince })['2026-11-20']).toBe('missed')
  })
})

test('what was never read back is not good', () => {
  const snapshots = view.snapshots.map((one) => ({ ...one, verifiedAt: null }))
  expect(marksOf({ ...view, snapshots })['2026-11-20']).toBe('unverified')
})

test('one can leaf from the oldest backup to this month', () => {
  const { first, last } = monthsOf(view, now)
  expect([first.getMonth(), last.getMonth()]).toEqual([8, 10])
  expect(monthsOf({ ...view, snapshots: [] }, now).first).toEqual(last)
  expect(monthAfter(new Date(2026, 11, 1), 1)).toEqual(new Date(2027, 0, 1))
})
