import { describe, expect, it } from 'vitest'
import { sinceWhen } from './timeline.ts'

const now = Date.parse('2026-11-23T12:00:00Z')

describe('--since', () => {
  it.each([
    ['90m', '2026-11-23T10:30:00.000Z'],
    ['6h', '2026-11-23T06:00:00.000Z'],
    ['2d', '2026-11-21T12:00:00.000Z'],
    ['1w', '2026-11-16T12:00:00.000Z'],
    ['2026-11-20', '2026-11-20T00:00:00.000Z'],
  ])('reads %s', (text, expected) => {
    expect(sinceWhen(text, now)).toBe(expected)
  })

  it('says what it takes when it cannot read it', () => {
    expect(() => sinceWhen('yesterdayish', now)).toThrow(/Write 90m, 6h, 2d, 1w, or a date/)
  })
})
