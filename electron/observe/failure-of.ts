import type { Failure, FailureCode } from '../../shared/domain/reading.ts'

const codes: Readonly<Record<string, FailureCode>> = {
  ENOENT: 'not-found',
  ENOTFOUND: 'not-found',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'refused',
  EPIPE: 'refused',
  EACCES: 'permission-denied',
  EPERM: 'permission-denied',
  ETIMEDOUT: 'timeout',
  ABORT_ERR: 'timeout',
  // An adapter that knows better says it in our words.
  'not-found': 'not-found',
  refused: 'refused',
  'permission-denied': 'permission-denied',
  timeout: 'timeout',
  invalid: 'invalid',
  'not-metrics': 'not-metrics',
}

/** Turns whatever was thrown into the failure of a reading. */
export function failureOf(error: unknown): Failure {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  return {
    code: (typeof code === 'string' ? codes[code] : undefined) ?? 'other',
    message: typeof message === 'string' && message !== '' ? message : String(error),
  }
}
