import { Agent, type IncomingMessage, request as plainRequest } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Exposition } from '../../../shared/domain/exporter-sight.ts'
import { connectionFailure, HttpFailure, statusFailure } from '../http/http-failure.ts'
import { exporterFacts, wantedMetrics } from './exporter-facts.ts'
import { ExpositionProblem } from './exposition-problem.ts'
import { type ExpositionFormat, expositionParser } from './parse-exposition.ts'

type ScrapeOptions = {
  /** For everything, from the connection to the last byte. */
  timeoutMs: number
  /** A longer body, unpacked, is a failure. */
  maxBytes?: number
  signal?: AbortSignal
}

export interface Scraper {
  /**
   * Asks an exporter once, as Prometheus does. Throws an error with a `code` of our failures;
   * `not-metrics` when something answers that is no exposition. Follows redirects on the same
   * host only, believes no certificate that the system does not believe, and keeps nothing of
   * the body but what it looks for.
   */
  scrape(url: string, options: ScrapeOptions): Promise<Exposition>
  /** Drops idle connections. A later scrape opens a new one. */
  close(): void
}

// Text is preferred to nothing else: node_exporter 1.5 would send protobuf if it were named.
const accept = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'
const usualMaxBytes = 16 * 1024 * 1024
const mostRedirects = 3

export function scraper(): Scraper {
  const agents = { http: new Agent({ keepAlive: true }), https: new TlsAgent({ keepAlive: true }) }
  return {
    scrape: (url, options) => scrapeWith(agents, url, options),
    close() {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

/** Asks once, on a connection of its own. */
export async function scrape(url: string, options: ScrapeOptions): Promise<Exposition> {
  const once = scraper()
  try {
    return await once.scrape(url, options)
  } finally {
    once.close()
  }
}

type Agents = { http: Agent; https: TlsAgent }

async function scrapeWith(
  agents: Agents,
  text: string,
  { timeoutMs, maxBytes = usualMaxBytes, signal }: ScrapeOptions,
): Promise<Exposition> {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol))
    // The text itself may hold a password.
    throw new HttpFailure('invalid', 'The address of the exporter is no http or https URL.')
  const at = `${url.origin}${url.pathname}`
  const began = performance.now()
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(), timeoutMs)
  const both = signal ? AbortSignal.any([signal, limit.signal]) : limit.signal
  let response: IncomingMessage | undefined
  try {
    response = await askFor(agents, url, timeoutMs, both)
    const { statusCode = 0 } = response
    if (statusCode !== 200) throw await refusal(at, response, statusCode)
    const read = await readBody(response, at, maxBytes)
    return { ...read, tookMs: performance.now() - began }
  } catch (error) {
    if (limit.signal.aborted)
      throw new HttpFailure('timeout', `${at} did not answer within ${timeoutMs / 1000} s.`)
    if (error instanceof ExpositionProblem)
      throw Object.assign(new Error(`${at} sends no exposition. ${error.message}`), {
        code: error.code,
      })
    if ((error as NodeJS.ErrnoException).code?.startsWith('Z_'))
      throw new HttpFailure('invalid', `${at} sends what cannot be unpacked.`, { cause: error })
    throw connectionFailure(at, both.aborted ? { code: 'ABORT_ERR' } : error)
  } finally {
    clearTimeout(timer)
    // What was read whole leaves its connection to the next one.
    if (response && !response.readableEnded) response.destroy()
  }
}

async function askFor(
  agents: Agents,
  first: URL,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const headers: Record<string, string> = {
    accept,
    // On this machine packing and unpacking cost more than the bytes that they save.
    'accept-encoding': isLoopback(first.hostname) ? 'identity' : 'gzip',
    'user-agent': 'odin-sentinel',
    'x-prometheus-scrape-timeout-seconds': String(timeoutMs / 1000),
  }
  let url = first
  for (let redirects = 0; ; redirects += 1) {
    const response = await send(agents, url, headers, signal)
    const { statusCode = 0 } = response
    const { location } = response.headers
    if (statusCode < 300 || statusCode > 399 || location === undefined) return response
    response.destroy()
    const next = URL.parse(location, url.href)
    const isDowngrade = url.protocol === 'https:' && next?.protocol !== 'https:'
    if (next?.hostname !== first.hostname || isDowngrade || redirects === mostRedirects) {
      const to = next ? `${next.origin}${next.pathname}` : 'nowhere'
      const sentence = `${first.origin}${first.pathname} sends us on to ${to}, where we do not go.`
      throw new HttpFailure('invalid', sentence, { status: statusCode })
    }
    next.username = first.username
    next.password = first.password
    url = next
  }
}

function send(
  agents: Agents,
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
  again = true,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const isTls = url.protocol === 'https:'
    const request = isTls
      ? tlsRequest(url, { headers, signal, agent: agents.https })
      : plainRequest(url, { headers, signal, agent: agents.http })
    request.once('response', resolve)
    request.once('error', (error: NodeJS.ErrnoException) => {
      // A server may close an idle connection in the moment in which we take it up again.
      if (again && request.reusedSocket && error.code === 'ECONNRESET')
        resolve(send(agents, url, headers, signal, false))
      else reject(error)
    })
    request.end()
  })
}

/** 404 and its like: something answers there, and it is no exporter. */
async function refusal(
  at: string,
  response: IncomingMessage,
  statusCode: number,
): Promise<HttpFailure> {
  let words = ''
  for await (const chunk of response as AsyncIterable<Buffer>) {
    words += chunk.toString('utf8')
    if (words.length > 300) break
  }
  const failure = statusFailure(at, statusCode, /^\s*</.test(words) ? '' : words)
  return failure.code === 'invalid'
    ? new HttpFailure('not-metrics', failure.message, { status: statusCode })
    : failure
}

async function readBody(
  response: IncomingMessage,
  at: string,
  maxBytes: number,
): Promise<Omit<Exposition, 'tookMs'>> {
  const contentType = response.headers['content-type'] ?? ''
  const format: ExpositionFormat = /^application\/openmetrics-text\b/i.test(contentType)
    ? 'openmetrics'
    : 'text'
  const facts = exporterFacts()
  const parser = expositionParser({ format, wanted: wantedMetrics, onSample: facts.add })
  let sizeBytes = 0
  for await (const chunk of unpacked(response, at) as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > maxBytes)
      throw new HttpFailure('invalid', `${at} sends more than ${maxBytes} bytes.`)
    parser.write(chunk)
  }
  parser.end()
  // Prometheus takes an empty answer for no samples; of a server that sends nothing to anybody it
  // would be a false praise.
  if (sizeBytes === 0 && !/^(text\/plain|application\/openmetrics-text)\b/i.test(contentType))
    throw new ExpositionProblem(1, 'metrics', 'an empty answer')
  return {
    format,
    samples: parser.samples,
    sizeBytes,
    machine: facts.machine(),
    gpus: facts.gpus(),
  }
}

function unpacked(response: IncomingMessage, at: string): Readable {
  const encoding = response.headers['content-encoding'] ?? 'identity'
  if (encoding === 'identity') return response
  if (encoding !== 'gzip')
    throw new HttpFailure('invalid', `${at} packs its answer as ${encoding}, unasked.`)
  const gunzip = createGunzip()
  response.once('error', (error) => gunzip.destroy(error))
  return response.pipe(gunzip)
}

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname)
