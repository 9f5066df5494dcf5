import type { FailureCode } from '../../../shared/domain/reading.ts'
import { withoutPassword } from './endpoint.ts'

/** Why an engine gave no answer, in one sentence for a person. */
export class EngineFailure extends Error {
  readonly code: FailureCode

  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'EngineFailure'
    this.code = code
  }
}

type Cause = { code?: string; statusCode?: number; json?: unknown; message?: string }

/** Says what an error from the connection or from dockerode means. */
export function engineFailure(endpoint: string, error: unknown): EngineFailure {
  if (error instanceof EngineFailure) return error
  const cause = error as Cause
  const at = withoutPassword(endpoint)
  const fail = (code: FailureCode, sentence: string) =>
    new EngineFailure(code, sentence, { cause: error })
  if (cause.statusCode !== undefined) {
    const said = `The engine at ${at} answered ${cause.statusCode}${wordsOf(cause)}.`
    if (cause.statusCode === 401 || cause.statusCode === 403) return fail('permission-denied', said)
    // Docker Desktop's proxy answers 500 while its engine starts: somebody is there, not yet the engine.
    return fail(cause.statusCode >= 500 ? 'refused' : 'invalid', said)
  }
  switch (cause.code) {
    case 'ENOENT':
      return fail('not-found', `There is no socket at ${at}.`)
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return fail('not-found', `The host of ${at} has no address.`)
    case 'ECONNREFUSED':
      return fail('refused', `Nobody answers at ${at}.`)
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ERR_STREAM_PREMATURE_CLOSE':
      return fail('refused', `The engine at ${at} hung up.`)
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return fail('refused', `The host of ${at} cannot be reached.`)
    case 'EACCES':
    case 'EPERM':
      return fail('permission-denied', `This user may not use ${at}.`)
    case 'ETIMEDOUT':
    case 'ABORT_ERR':
      return fail('timeout', `The engine at ${at} did not answer in time.`)
    default:
      return fail('other', `The engine at ${at} cannot be asked: ${trimmed(cause.message)}.`)
  }
}

function wordsOf(cause: Cause): string {
  const { json } = cause
  const said = (json as { message?: unknown } | null | undefined)?.message
  return typeof said === 'string' && said !== '' ? `: ${trimmed(said)}` : ''
}

const trimmed = (text: string | undefined): string =>
  (text ?? 'no reason was given').trim().split('\n')[0]?.slice(0, 300).replace(/\.$/, '') ?? ''
