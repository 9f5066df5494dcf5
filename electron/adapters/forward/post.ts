import { connectionFailure, HttpFailure } from '../http/http-failure.ts'

export interface Poster {
  /** Who is told and where, without anything that could be a token. */
  readonly at: string
  /** Throws an `HttpFailure` for everything but success. */
  post(body: unknown, signal: AbortSignal): Promise<void>
}

const patienceMs = 10_000

/**
 * Sends JSON to a URL that may hold a token anywhere after its host: no sentence says more of it
 * than the origin, and no sentence repeats what the server answers, which may hold it too.
 */
export function poster(what: string, url: string): Poster {
  const target = URL.parse(url)
  if (!target) throw new HttpFailure('invalid', `The address of ${what} is no URL.`)
  const headers: Record<string, string> = {
    'content-type': 'application/json',
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
  return {
    at,
    async post(body, signal) {
      const late = AbortSignal.timeout(patienceMs)
      let status: number
      try {
        const answer = await fetch(target, {
          method: 'POST',
          headers,
          body: JSON.stringify(body),
          redirect: 'manual',
          signal: AbortSignal.any([signal, late]),
        })
        status = answer.status
        await answer.body?.cancel()
      } catch (error) {
        const cause = (error as Error).cause ?? error
        throw connectionFailure(at, late.aborted ? { code: 'ETIMEDOUT' } : cause)
      }
      if (status >= 200 && status <= 299) return
      const passing = status >= 500 || status === 408 || status === 429
      throw new HttpFailure(passing ? 'refused' : 'invalid', `${at} answered ${status}.`, {
        status,
      })
    },
  }
}
