import { secondsOf } from '../../http/go-time.ts'
import type { VariableValue } from './expand-variables.ts'

/** The stretch of time that panels are asked for. */
export type TimeRange = { from: number; to: number }

const usualIntervalSeconds = 15

/**
 * The seconds of `$__interval`. A quarter of an hour has fewer points than any panel has pixels,
 * so what counts is the smallest interval that the query, the panel or the datasource allows.
 */
export function intervalSeconds(...wishes: readonly (string | null | undefined)[]): number {
  for (const wish of wishes) {
    const seconds = wish ? secondsOf(wish.replace(/^[<>=~\s]+/, '')) : undefined
    if (seconds !== undefined && seconds > 0) return seconds
  }
  return usualIntervalSeconds
}

/** Grafana's own variables of time: `$__interval`, `$__rate_interval`, `$__range` and their kin. */
export function timeVariables(
  range: TimeRange,
  interval: number,
  scrapeInterval: number,
): Map<string, VariableValue> {
  const rangeSeconds = Math.round((range.to - range.from) / 1000)
  const rateInterval = Math.max(interval + scrapeInterval, 4 * scrapeInterval)
  return new Map(
    Object.entries({
      __interval: duration(interval),
      __interval_ms: String(interval * 1000),
      __rate_interval: duration(rateInterval),
      __rate_interval_ms: String(rateInterval * 1000),
      __range: `${rangeSeconds}s`,
      __range_s: String(rangeSeconds),
      __range_ms: String(rangeSeconds * 1000),
      __from: String(range.from),
      __to: String(range.to),
      __auto: duration(interval),
    }).map(([name, value]) => [name, plain(value)]),
  )
}

export const plain = (value: string): VariableValue => ({
  values: [value],
  texts: [value],
  many: false,
})

function duration(seconds: number): string {
  if (seconds < 1 || !Number.isInteger(seconds)) return `${Math.round(seconds * 1000)}ms`
  if (seconds % 3600 === 0) return `${seconds / 3600}h`
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`
}
