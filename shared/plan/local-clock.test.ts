import { expect, test } from 'vitest'
import { localClock } from './local-clock.ts'

test('the clock on the wall of this machine, months counted from one', () => {
  for (const [month, day, hour] of [
    [1, 1, 0],
    [2, 29, 23],
    [12, 31, 12],
  ] as const) {
    const at = new Date(2028, month - 1, day, hour, 59, 59).getTime()
    expect(localClock(at)).toEqual({ year: 2028, month, day, hour })
  }
})
