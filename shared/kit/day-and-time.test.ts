import { expect, test } from 'vitest'
import { dayAndTime, daysBetween } from './day-and-time.ts'

const at = (...parts: [number, number, number, number, number]) => new Date(...parts)
const now = at(2026, 10, 23, 10, 14).getTime()
const words = (date: Date) => dayAndTime(date.toISOString(), now)

test('the days around are named, the others dated', () => {
  expect(words(at(2026, 10, 23, 2, 15))).toBe('today 02:15')
  expect(words(at(2026, 10, 22, 23, 59))).toBe('yesterday 23:59')
  expect(words(at(2026, 10, 24, 0, 0))).toBe('tomorrow 00:00')
  expect(words(at(2026, 10, 18, 2, 15))).toBe('Wed 18 Nov, 02:15')
  expect(words(at(2025, 10, 18, 2, 15))).toBe('18 Nov 2025, 02:15')
})

test('a day is a day of the calendar, however many hours it has', () => {
  // In Europe the last Sunday of October has 25 hours, elsewhere this proves the same of 24.
  expect(daysBetween(at(2026, 9, 25, 0, 30).getTime(), at(2026, 9, 26, 0, 15).getTime())).toBe(1)
  expect(daysBetween(at(2026, 2, 29, 23, 59).getTime(), at(2026, 2, 29, 0, 0).getTime())).toBe(0)
})
