import type { WallClock } from './retention.ts'

/** This machine's own clock. */
export function localClock(at: number): WallClock {
  const date = new Date(at)
  return {
    year: date.getFullYear(),
    month: date.getMonth() + 1,
    day: date.getDate(),
    hour: date.getHours(),
  }
}
