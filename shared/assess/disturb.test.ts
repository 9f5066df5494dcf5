import { describe, expect, test } from 'vitest'
import type { QuietHours } from '../settings/settings.ts'
import { disturbs } from './disturb.ts'
import type { Severity } from './finding.ts'

const at = (time: string) => {
  const [hours, minutes] = time.split(':').map(Number)
  return (hours ?? 0) * 60 + (minutes ?? 0)
}
const hours = (from: string, to: string, exceptCritical = true): QuietHours => ({
  from: at(from),
  to: at(to),
  exceptCritical,
})
const day = Date.UTC(2026, 10, 23)

const when = (severity: Severity, time: string, quietHours?: QuietHours) =>
  disturbs({
    incident: { severity },
    settings: { floor: 'info', ...(quietHours && { quietHours }) },
    now: day + at(time) * 60_000 + 17_000,
    localMinutes: at(time),
  })

describe('quiet hours that do not silence', () => {
  const night = hours('22:00', '07:00')
  test.each([
    ['21:59', 'now'],
    ['22:00', 24 * 60 + at('07:00')],
    ['23:59', 24 * 60 + at('07:00')],
    ['00:00', at('07:00')],
    ['06:59', at('07:00')],
    ['07:00', 'now'],
    ['12:00', 'now'],
  ])('over midnight, at %s', (time, expected) => {
    const answer = typeof expected === 'string' ? expected : { waitUntil: day + expected * 60_000 }
    expect(when('warning', time, night)).toEqual(answer)
  })

  test.each([
    ['12:59', 'now'],
    ['13:00', { waitUntil: day + at('14:30') * 60_000 }],
    ['14:30', 'now'],
  ])('within a day, at %s', (time, expected) => {
    expect(when('warning', time, hours('13:00', '14:30'))).toEqual(expected)
  })

  test('what is critical comes through, unless nothing may', () => {
    expect(when('critical', '03:00', night)).toBe('now')
    expect(when('unknown', '03:00', night)).toEqual({ waitUntil: day + at('07:00') * 60_000 })
    expect(when('critical', '03:00', hours('22:00', '07:00', false))).toEqual({
      waitUntil: day + at('07:00') * 60_000,
    })
  })
})

test.each([
  ['info', ['info', 'unknown', 'warning', 'critical']],
  ['warning', ['unknown', 'warning', 'critical']],
  ['critical', ['critical']],
] as const)('a floor of %s lets through what is as severe', (floor, expected) => {
  const severities: Severity[] = ['info', 'unknown', 'warning', 'critical']
  const through = severities.filter(
    (severity) =>
      disturbs({ incident: { severity }, settings: { floor }, now: day, localMinutes: 0 }) ===
      'now',
  )
  expect(through).toEqual(expected)
})
