import type { Reading } from '../../domain/reading.ts'

// What a look by HTTP means. A refusal, a time-out, an error or nonsense is knowledge about who
// was asked; a look that has not been made, or was not allowed, says nothing about them.

export function failsToAnswer<T>(
  reading: Reading<T>,
): reading is Extract<Reading<T>, { status: 'unknown' }> {
  return (
    reading.status === 'unknown' &&
    ['not-found', 'refused', 'timeout', 'other', 'invalid', 'not-metrics'].includes(
      reading.failure.code,
    )
  )
}

/** Neither an answer nor a known failure to answer. */
export const isUnseen = (reading: Reading<unknown>): boolean =>
  reading.status === 'unknown' && !failsToAnswer(reading)

export const serviceSubject = (one: { project: string; service: string }): string =>
  `service:${one.project}/${one.service}`

/** `1 target`, `3 targets`. */
export const counted = (count: number, singular: string, plural = `${singular}s`): string =>
  `${count} ${count === 1 ? singular : plural}`

/** Host and port of a URL, without Node or DOM; undefined where there is none. */
export function hostAndPort(url: string): { host: string; port: number } | undefined {
  const match = /^(?:(https?):\/\/)?(?:[^@/]*@)?(\[[^\]]+\]|[^:/?#]+)(?::(\d+))?(?:[/?#]|$)/.exec(
    url,
  )
  if (!match?.[2]) return undefined
  const port = match[3] ? Number(match[3]) : match[1] === 'https' ? 443 : 80
  return { host: match[2].replace(/^\[|\]$/g, '').toLowerCase(), port }
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** `15.6 GiB`. */
export function asBytes(bytes: number): string {
  const power = Math.min(4, Math.max(0, Math.floor(Math.log2(Math.max(bytes, 1)) / 10)))
  const value = bytes / 1024 ** power
  return `${value >= 100 || power === 0 ? Math.round(value) : value.toFixed(1)} ${units[power]}`
}

export const asPercent = (ratio: number): string => `${Math.round(ratio * 100)} %`

/** `45 s`, `12 min`, `5 h`, `3 d`: an age as a person says it. */
export function asAge(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 120) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`
}
