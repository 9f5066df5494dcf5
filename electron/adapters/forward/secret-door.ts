import { connectionFailure, HttpFailure } from '../http/http-failure.ts'

/** Every question throws an `HttpFailure` for everything but success. */
export interface Door {
  /** Who is told and where, without anything that could be a token. */
  readonly at: string
  /** As JSON. */
  post(body: unknown, signal: AbortSignal): Promise<void>
  get(signal: AbortSignal): Promise<void>
}

const patienceMs = 10_000

/**
 * A URL that may hold a token anywhere after its host: no sentence says more of it than the
 * origin, and no sentence repeats what the server answers, which may hold it too.
 */
export function secretDoor(what: string, url: string): Door {
  const target = URL.parse(url)
  if (!target) throw new HttpFailure('invalid', `The address of ${what} is no URL.`)
  const headers: Record<string, string> = {
    'user-agent': 'odin-sentinel',
  }
  if (target.username !== '') {
    const pair = `${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}`
    headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`
    // fetch takes no URL with a name and password in it.
    target.username = ''
    target.password = ''
  }
  const at = `${what} at ${target.origin}`

  async function ask(init: RequestInit, signal: AbortSignal): Promise<void> {
    const late = AbortSignal.timeout(patienceMs)
    const asked = { redirect: 'manual', signal: AbortSignal.any([signal, late]), ...init } as const
    let status: number
    try {
      const answer = await fetch(target as URL, asked)
      status = answer.status
      await answer.body?.cancel()
    } catch (error) {
      const cause = (error as Error).cause ?? error
      throw connectionFailure(at, late.aborted ? { code: 'ETIMEDOUT' } : cause)
    }
    if (status >= 200 && status <= 299) return
    const passing = status >= 500 || status === 408 || status === 429
    throw new HttpFailure(passing ? 'refused' : 'invalid', `${at} answered ${status}.`, { status })
  }

  return {
    at,
    post: (body, signal) =>
      ask(
        {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        },
        signal,
      ),
    get: (signal) => ask({ headers }, signal),
  }
}
