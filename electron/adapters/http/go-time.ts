/** Epoch milliseconds of Go's RFC 3339 time; its zero time (year 1) is no time. */
export function timeOf(text: string): number | undefined {
  const at = Date.parse(text)
  return Number.isFinite(at) && at > 0 ? at : undefined
}

const unitSeconds: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
}

/** Seconds of a duration as Prometheus writes it, for example `1m30s`; undefined when it is none. */
export function secondsOf(text: string): number | undefined {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwy])/g)]
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text.trim()) return undefined
  return parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * (unitSeconds[unit ?? ''] ?? 0),
    0,
  )
}
