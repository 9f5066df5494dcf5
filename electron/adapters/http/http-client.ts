import { Agent, type IncomingMessage, request as plainRequest } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import { z } from 'zod'
import { connectionFailure, firstLine, HttpFailure, statusFailure } from './http-failure.ts'

/** Where an HTTP API is, and how we may enter. */
export type Door = {
  /** Who is there, for sentences: `Prometheus`. */
  what: string
  /** May end in a path prefix. A user and password in it are used, and never shown. */
  url: string
  /** Sent as a bearer token, and never shown. */
  token?: string
  headers?: Readonly<Record<string, string>>
  /** For one answer, from the first byte sent to the last one read. */
  patienceMs?: number
  /** A longer answer is none. */
  mostBytes?: number
}

export type Query = Readonly<Record<string, string | readonly string[]>>

export type Asked = {
  signal?: AbortSignal
  query?: Query
  /** Sent as JSON with POST. */
  body?: unknown
  /** Instead of GET, and of POST where there is a body. */
  method?: 'DELETE'
  /** Statuses beside 2xx whose answer is wanted too. */
  alsoStatus?: (status: number) => boolean
  /** Instead of the door's own. */
  patienceMs?: number
}

export type Answer = { status: number; text: string }

export interface HttpClient {
  /** Who is asked and where, without secrets, to begin or to end a sentence with. */
  readonly at: string
  /**
   * The whole answer. Throws `HttpFailure` when none comes, when it is too long, and for a status
   * that was not wanted. Follows redirects on the same origin only.
   */
  ask(path: string, asked?: Asked): Promise<Answer>
  /** The answer as the schema takes it; an answer of another form is a failure too. */
  askJson<S extends z.ZodType>(path: string, schema: S, asked?: Asked): Promise<z.output<S>>
  /** Drops idle connections. A later question opens a new one. */
  close(): void
}

const usualPatienceMs = 5000
const usualMostBytes = 16 * 1024 * 1024
const mostRedirects = 3

type Sent = { url: URL; method: string; headers: Record<string, string>; body?: string }

export function httpClient(door: Door): HttpClient {
  const base = baseOf(door)
  const headers = headersOf(door, base)
  const origin = base.origin
  const prefix = base.pathname.replace(/\/+$/, '')
  const at = `${door.what} at ${origin}${prefix}`
  const secure = base.protocol === 'https:'
  const agent = secure
    ? new TlsAgent({ keepAlive: true, maxSockets: 4 })
    : new Agent({ keepAlive: true, maxSockets: 4 })

  function send(sent: Sent, signal: AbortSignal, again = true): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const { url, method } = sent
      const request = (secure ? tlsRequest : plainRequest)(url, {
        method,
        headers: sent.headers,
        agent,
        signal,
      })
      request.once('response', resolve)
      request.once('error', (error: NodeJS.ErrnoException) => {
        // A server may close an idle connection in the moment in which we take it up again.
        if (again && request.reusedSocket && error.code === 'ECONNRESET')
          resolve(send(sent, signal, false))
        else reject(error)
      })
      request.end(sent.body)
    })
  }

  async function read(response: IncomingMessage): Promise<string> {
    const most = door.mostBytes ?? usualMostBytes
    const chunks: Buffer[] = []
    let sizeBytes = 0
    for await (const chunk of response as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length
      if (sizeBytes > most)
        throw new HttpFailure('invalid', `${at} sent more than ${most} bytes for one answer.`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString('utf8')
  }

  async function exchange(sent: Sent, signal: AbortSignal): Promise<Answer> {
    let { url } = sent
    for (let redirects = 0; ; redirects += 1) {
      const response = await send({ ...sent, url }, signal)
      const status = response.statusCode ?? 0
      const { location } = response.headers
      if (status < 300 || status > 399 || location === undefined)
        return { status, text: await read(response) }
      response.destroy()
      const next = URL.parse(location, url.href)
      if (sent.method !== 'GET' || next?.origin !== origin || redirects === mostRedirects) {
        const to = next ? `${next.origin}${next.pathname}` : 'nowhere'
        throw new HttpFailure('invalid', `${at} sends us on to ${to}, where we do not go.`, {
          status,
        })
      }
      url = next
    }
  }

  async function ask(path: string, asked: Asked = {}): Promise<Answer> {
    const url = new URL(`${origin}${prefix}${path}`)
    for (const [name, values] of Object.entries(asked.query ?? {}))
      for (const value of [values].flat()) url.searchParams.append(name, value as string)
    const body = asked.body === undefined ? undefined : JSON.stringify(asked.body)
    const late = AbortSignal.timeout(asked.patienceMs ?? door.patienceMs ?? usualPatienceMs)
    const signal = asked.signal ? AbortSignal.any([asked.signal, late]) : late
    const sent: Sent = {
      url,
      method: asked.method ?? (body === undefined ? 'GET' : 'POST'),
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    }
    let answer: Answer
    try {
      answer = await exchange(sent, signal)
    } catch (error) {
      throw connectionFailure(at, signal.aborted ? { code: 'ETIMEDOUT' } : error)
    }
    const { status, text } = answer
    if ((status < 200 || status > 299) && !asked.alsoStatus?.(status))
      throw statusFailure(at, status, wordsOf(text))
    return answer
  }

  return {
    at,
    ask,
    async askJson(path, schema, asked) {
      const { text } = await ask(path, asked)
      let json: unknown
      try {
        json = JSON.parse(text)
      } catch (cause) {
        throw new HttpFailure('invalid', `${at} answered ${path} with no JSON.`, { cause })
      }
      const parsed = schema.safeParse(json)
      if (parsed.success) return parsed.data
      const [issue] = parsed.error.issues
      const where = issue?.path.join('.') || 'the whole'
      const problem = `${at} answered ${path} in an unknown form: ${where}: ${issue?.message}.`
      throw new HttpFailure('invalid', problem)
    },
    close: () => agent.destroy(),
  }
}

function baseOf({ what, url }: Door): URL {
  const base = URL.parse(url)
  if (base && (base.protocol === 'http:' || base.protocol === 'https:')) return base
  // The text itself may hold a password.
  throw new HttpFailure('invalid', `The address of ${what} is no http or https URL.`)
}

function headersOf({ token, headers = {} }: Door, base: URL): Record<string, string> {
  const all: Record<string, string> = {
    accept: 'application/json, text/plain;q=0.5, */*;q=0.1',
    'user-agent': 'odin-sentinel',
    ...headers,
  }
  if (token) all['authorization'] = `Bearer ${token}`
  else if (base.username !== '') {
    const pair = `${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`
    all['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`
  }
  return all
}

const spoken = z.object({ error: z.string().nullish(), message: z.string().nullish() })

/** What the server says of itself: the message in its JSON, or its text, but no page. */
function wordsOf(text: string): string {
  if (/^\s*</.test(text)) return ''
  try {
    const { error, message } = spoken.parse(JSON.parse(text))
    return message || error || ''
  } catch {
    return firstLine(text)
  }
}
