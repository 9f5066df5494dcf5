/** Why a source could not be read. `message` is one sentence for a person. */
export type Failure = { code: FailureCode; message: string }

export type FailureCode =
  | 'not-found' // no such file or socket
  | 'refused' // something is there and nobody answers
  | 'permission-denied'
  | 'timeout'
  | 'invalid' // an answer that makes no sense
  | 'not-metrics' // an answer, but no exposition
  | 'pending' // not looked at yet
  | 'other'

/** What one look at one source returned. Nobody can take a value without meeting `unknown`. */
export type Reading<T> =
  | { status: 'known'; value: T; observedAt: number }
  | { status: 'unknown'; failure: Failure; observedAt: number; lastKnown?: T }

export function known<T>(value: T, observedAt: number): Reading<T> {
  return { status: 'known', value, observedAt }
}

export function unknown<T>(failure: Failure, observedAt: number, lastKnown?: T): Reading<T> {
  return lastKnown === undefined
    ? { status: 'unknown', failure, observedAt }
    : { status: 'unknown', failure, observedAt, lastKnown }
}

/** The value, also when it is an old one; for words and pictures, never for verdicts. */
export function lastSeen<T>(reading: Reading<T>): T | undefined {
  return reading.status === 'known' ? reading.value : reading.lastKnown
}
