import { afterEach, expect, test } from 'vitest'
import { type WebServer, webServer } from '../../../../test/support/web-server.ts'
import type { BackupSource } from '../source.ts'
import { alertmanagerSource } from './alertmanager.ts'
import { grafanaSource } from './grafana.ts'

const forever = new AbortController().signal
const at = { project: 'odin', service: 'it' }
let server: WebServer | undefined
afterEach(() => server?.stop())

async function answering(answers: Readonly<Record<string, unknown>>, token?: string) {
  server = await webServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://program')
    const isIn = token === undefined || request.headers.authorization === `Bearer ${token}`
    const body = isIn || pathname === '/api/health' ? answers[pathname] : undefined
    const status = body !== undefined ? 200 : isIn ? 404 : 401
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body ?? { message: 'no' }))
  })
  return server.url
}

async function readWhole(source: BackupSource) {
  const opened = await source.open(forever)
  const read: Record<string, unknown> = {}
  for await (const { path, type, mode, sizeBytes, open } of opened.items) {
    const chunks: Buffer[] = []
    if (open) for await (const chunk of await open()) chunks.push(chunk as Buffer)
    const content = Buffer.concat(chunks)
    expect(content.length).toBe(sizeBytes)
    read[`${path} ${mode.toString(8)}`] = type === 'file' ? JSON.parse(content.toString()) : type
  }
  await opened.close()
  return { read, facts: opened.facts, gaps: opened.gaps(), consistency: opened.consistency }
}

test('silences are a document of their own', async () => {
  const silences = [{ id: 'a', comment: 'maintenance' }]
  const url = await answering({
    '/api/v2/status': { versionInfo: { version: '0.28.1' } },
    '/api/v2/silences': silences,
  })
  expect(await readWhole(alertmanagerSource({ ...at, url }))).toEqual({
    read: { '. 700': 'directory', 'silences.json 600': silences },
    facts: { service: 'odin/it', version: '0.28.1', silences: '1' },
    ...{ gaps: [], consistency: 'exported' },
  })
  await expect(alertmanagerSource(at).open(forever)).rejects.toThrow(
    'Alertmanager odin/it publishes no port, so its silences cannot be asked for.',
  )
})

test('what Grafana gives is in directories by kind', async () => {
  const url = await answering(
    {
      '/api/health': { database: 'ok', version: '12.1.0' },
      '/api/org': { id: 1 },
      '/api/search': [],
      '/api/library-elements': { result: { totalCount: 0, elements: [] } },
      '/api/datasources': [{ uid: 'prom', name: 'Prometheus' }],
    },
    'right',
  )
  const { read, facts, gaps } = await readWhole(
    grafanaSource({ ...at, url, token: async () => 'right' }),
  )
  expect(read).toEqual({
    '. 700': 'directory',
    'datasources 700': 'directory',
    'datasources/prom.json 600': { uid: 'prom', name: 'Prometheus' },
  })
  expect(facts).toEqual({
    ...{ service: 'odin/it', version: '12.1.0' },
    without: 'alert rules, contact points, notification policies, mute timings, message templates',
  })
  expect(gaps).toEqual([])
})

test('without a token, or with a wrong one, Grafana says what to do next', async () => {
  const url = await answering({ '/api/health': { database: 'ok', version: '12.1.0' } }, 'right')
  const next = 'Give one that may see everything: odin-sentinel token grafana.'
  await expect(
    grafanaSource({ ...at, url, token: async () => undefined }).open(forever),
  ).rejects.toThrow(`There is no token for Grafana odin/it. ${next}`)
  await expect(
    grafanaSource({ ...at, url, token: async () => 'wrong' }).open(forever),
  ).rejects.toThrow(`Grafana odin/it refuses its token. ${next}`)
})
