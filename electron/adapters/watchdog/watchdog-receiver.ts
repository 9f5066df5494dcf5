import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'

/**
 * A webhook receiver on loopback for Alertmanager's Watchdog, the alert that always fires: what
 * comes in says that alerts arrive, and nothing else. Whoever else talks to it is refused.
 */
export interface WatchdogReceiver {
  /** Begins to listen, or does nothing when it already does. Throws when the port is taken. */
  listen(): Promise<void>
  /** Where Alertmanager has to send; undefined while nobody listens. */
  url(): string | undefined
  lastBeatAt(): number | undefined
  /** When it began to listen; undefined while it does not. */
  listeningSince(): number | undefined
  /** Called after every beat, and when listening ended unwanted. */
  onChange(listener: () => void): () => void
  close(): Promise<void>
}

type WatchdogReceiverParts = {
  /** 0 takes any free one. */
  port: number
  alertName?: string
  now?: () => number
}

const host = '127.0.0.1'
const path = '/watchdog'
/** Alertmanager sends a whole group of alerts at a time. */
const mostBytes = 1024 * 1024
const patienceMs = 10_000

/** Alertmanager's webhook, version 4 since 0.4. */
const webhook = z.object({
  version: z.literal('4'),
  alerts: z.array(z.object({ status: z.string(), labels: z.record(z.string(), z.string()) })),
})

export function watchdogReceiver(parts: WatchdogReceiverParts): WatchdogReceiver {
  const { port, alertName = 'Watchdog', now = Date.now } = parts
  const listeners = new Set<() => void>()
  let server: Server | undefined
  let opening: Promise<void> | undefined
  let since: number | undefined
  let beatAt: number | undefined

  const tell = () => {
    for (const listener of [...listeners]) listener()
  }

  async function receive(request: IncomingMessage): Promise<{ status: number; says: string }> {
    const refusal = refusalOf(request)
    if (refusal) return refusal
    const body = await bodyOf(request)
    if (body === undefined) return { status: 413, says: 'too large' }
    const parsed = webhook.safeParse(jsonOf(body))
    if (!parsed.success) return { status: 400, says: 'not a webhook of Alertmanager, version 4' }
    const beats = parsed.data.alerts.some(
      ({ status, labels }) => status === 'firing' && labels['alertname'] === alertName,
    )
    if (beats) {
      beatAt = now()
      tell()
    }
    return { status: 200, says: beats ? 'heard' : `no ${alertName} is firing in this` }
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    receive(request)
      .catch(() => ({ status: 400, says: 'broken off' }))
      .then(({ status, says }) => {
        // An unread body must not be taken for the next request.
        if (status !== 200) response.setHeader('connection', 'close')
        response.writeHead(status, { 'content-type': 'text/plain' }).end(`${says}\n`)
      })
  }

  function open(): Promise<void> {
    const made = createServer({ requestTimeout: patienceMs, headersTimeout: patienceMs }, answer)
    made.maxConnections = 16
    return new Promise((resolve, reject) => {
      made.once('error', (error: NodeJS.ErrnoException) => {
        const taken = error.code === 'EADDRINUSE'
        const message = taken
          ? `Port ${port} of ${host}, where the Watchdog should arrive, is taken.`
          : `Nothing can listen at ${host}:${port}: ${error.message}.`
        reject(
          Object.assign(new Error(message, { cause: error }), {
            code: taken ? 'other' : error.code,
          }),
        )
      })
      made.listen(port, host, () => {
        server = made
        since = now()
        made.on('error', () => {})
        made.once('close', () => {
          server = undefined
          since = undefined
          tell()
        })
        resolve()
      })
    })
  }

  return {
    listen() {
      if (server) return Promise.resolve()
      opening ??= open().finally(() => {
        opening = undefined
      })
      return opening
    },
    url() {
      if (!server) return undefined
      return `http://${host}:${(server.address() as AddressInfo).port}${path}`
    },
    lastBeatAt: () => beatAt,
    listeningSince: () => since,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      await opening?.catch(() => {})
      const open = server
      if (!open) return
      const { promise, resolve } = Promise.withResolvers<void>()
      open.close(() => resolve())
      open.closeAllConnections()
      await promise
    },
  }
}

function refusalOf(request: IncomingMessage): { status: number; says: string } | undefined {
  if (URL.parse(request.url ?? '', 'http://x')?.pathname !== path)
    return { status: 404, says: `only ${path} is here` }
  if (request.method !== 'POST') return { status: 405, says: 'only POST is taken' }
  // A page in a browser can send text to any port without asking, but no JSON.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
    return { status: 415, says: 'only JSON is taken' }
  if (Number(request.headers['content-length'] ?? 0) > mostBytes)
    return { status: 413, says: 'too large' }
  return undefined
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > mostBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
