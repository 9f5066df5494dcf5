import type { IncomingMessage, ServerResponse } from 'node:http'
import { type WebServer, webServer } from './web-server.ts'

// A stand-in: it is no Loki. It answers the part of Loki's documented HTTP API that we ask.

type LogStream = { labels: Record<string, string>; lines: { at: number; text: string }[] }

export type LokiStandIn = WebServer & {
  ready: boolean
  version: string
  /** With one, requests without this tenant are refused, as with `auth_enabled: true`. */
  orgId?: string
  streams: LogStream[]
}

export async function lokiStandIn(): Promise<LokiStandIn> {
  const server = await webServer((request, response) => answer(standIn, request, response))
  const standIn: LokiStandIn = {
    get url() {
      return server.url
    },
    asked: server.asked,
    start: server.start,
    stop: server.stop,
    ready: true,
    version: '3.4.2',
    streams: [],
  }
  return standIn
}

function answer(standIn: LokiStandIn, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', standIn.url)
  const text = (status: number, says: string) => response.writeHead(status).end(says)
  const json = (value: unknown) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  if (url.pathname === '/ready')
    return void (standIn.ready
      ? text(200, 'ready\n')
      : text(503, 'Ingester not ready: waiting for 15s after being ready\n'))
  if (url.pathname === '/loki/api/v1/status/buildinfo')
    return void json({ version: standIn.version, revision: '0' })
  if (standIn.orgId && request.headers['x-scope-orgid'] !== standIn.orgId)
    return void text(401, 'no org id\n')
  const from = nanosecondsOf(url, 'start')
  const to = nanosecondsOf(url, 'end')
  const streams = standIn.streams.map((stream) => ({
    ...stream,
    lines: stream.lines.filter(({ at }) => at >= from && at <= to),
  }))
  const alive = streams.filter(({ lines }) => lines.length > 0)
  if (url.pathname === '/loki/api/v1/labels') {
    const names = new Set(alive.flatMap(({ labels }) => Object.keys(labels)))
    // Loki leaves `data` out where there is nothing.
    return void json({ status: 'success', ...(names.size > 0 && { data: [...names].sort() }) })
  }
  if (url.pathname !== '/loki/api/v1/query_range') return void text(404, 'page not found\n')
  const selector = /^\{(\w+)=~"(\.[+*])"\}$/.exec(url.searchParams.get('query') ?? '')
  if (selector?.[2] !== '.+')
    return void text(
      400,
      'parse error : queries require at least one regexp or equality matcher that does not have an empty-compatible value\n',
    )
  const label = selector[1] ?? ''
  const limit = Number(url.searchParams.get('limit') ?? 100)
  const found = alive
    .filter(({ labels }) => label in labels)
    .flatMap(({ labels, lines }) => lines.map((line) => ({ labels, ...line })))
    .sort((a, b) => b.at - a.at)
    .slice(0, limit)
  const result = found.map(({ labels, at, text }) => ({
    stream: labels,
    values: [[`${at}000000`, text]],
  }))
  json({ status: 'success', data: { resultType: 'streams', result, stats: {} } })
}

const nanosecondsOf = (url: URL, name: string): number =>
  Number((url.searchParams.get(name) ?? '0').slice(0, -6))
