import type { FailureCode } from '../../../shared/domain/reading.ts'

/** Why an HTTP server gave no usable answer, in one sentence for a person. */
export class HttpFailure extends Error {
  readonly code: FailureCode
  /** The status it answered with; absent when there was no answer. */
  readonly status?: number

  constructor(code: FailureCode, message: string, more: { status?: number; cause?: unknown } = {}) {
    super(message, { cause: more.cause })
    this.name = 'HttpFailure'
    this.code = code
    if (more.status !== undefined) this.status = more.status
  }
}

type Cause = { code?: string; message?: string; errors?: readonly unknown[] }

/** Says what an error of the connection means. `at` is what is asked and where, without secrets. */
export function connectionFailure(at: string, error: unknown): HttpFailure {
  if (error instanceof HttpFailure) return error
  // A name with several addresses fails with an AggregateError; its first error says why.
  const cause = ((error as Cause | undefined)?.errors?.[0] ?? error ?? {}) as Cause
  const fail = (code: FailureCode, sentence: string) =>
    new HttpFailure(code, sentence, { cause: error })
  switch (cause.code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return fail('not-found', `The host of ${at} has no address.`)
    case 'ECONNREFUSED':
      return fail('refused', `Nobody answers for ${at}.`)
    case 'ECONNRESET':
    case 'EPIPE':
      return fail('refused', `${at} hung up.`)
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return fail('refused', `The host of ${at} cannot be reached.`)
    case 'EACCES':
    case 'EPERM':
      return fail('permission-denied', `This user may not connect to ${at}.`)
    case 'ETIMEDOUT':
    case 'ABORT_ERR':
    case 'TimeoutError':
      return fail('timeout', `${at} did not answer in time.`)
    default:
      break
  }
  if (cause.code?.startsWith('HPE_')) return fail('invalid', `${at} does not speak HTTP.`)
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO)/.test(cause.code ?? ''))
    return fail('invalid', `No trusted TLS connection to ${at}: ${firstLine(cause.message)}.`)
  return fail('other', `${at} cannot be asked: ${firstLine(cause.message)}.`)
}

/** Says what an answer with an unwanted status means; `words` are the server's own. */
export function statusFailure(at: string, status: number, words: string): HttpFailure {
  const said = firstLine(words)
  const sentence = `${at} answered ${status}${said === '' ? '' : `: ${said}`}.`
  return new HttpFailure(codeOf(status), sentence, { status })
}

function codeOf(status: number): FailureCode {
  if (status === 401 || status === 403) return 'permission-denied'
  // Somebody is there, and cannot serve now.
  if (status === 429 || (status >= 502 && status <= 504)) return 'refused'
  return status >= 500 ? 'other' : 'invalid'
}

export const firstLine = (text: string | undefined): string =>
  (text ?? 'no reason was given').trim().split('\n')[0]?.slice(0, 300).replace(/\.$/, '') ?? ''
