import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type WebServer, webServer } from '../../../test/support/web-server.ts'
import { prometheusClient } from './prometheus-client.ts'

// The answers of a Prometheus 2.42 were recorded by ourselves; those that were not are written
// after its API.
const recorded = (name: string) =>
  readFile(
    join(import.meta.dirname, '../../../test/fixtures/prometheus', `2.42-${name}.json`),
    'utf8',
  )

const success = (data: unknown) => JSON.stringify({ status: 'success', data })

const usual: Record<string, () => Promise<string> | string> = {
  '/-/ready': () => 'Prometheus Server is Ready.\n',
  '/api/v1/status/buildinfo': () => recorded('status-buildinfo'),
  '/api/v1/status/runtimeinfo': () => recorded('status-runtimeinfo'),
  '/api/v1/status/flags': () => recorded('status-flags'),
  '/api/v1/status/config': () => recorded('status-config'),
  '/api/v1/targets': () => recorded('targets-native-host.docker.internal-down'),
  '/api/v1/rules': () => success({ groups: [] }),
  '/api/v1/alerts': () => success({ alerts: [] }),
  '/api/v1/query': () => success({ resultType: 'vector', result: [] }),
}

let server: WebServer | undefined

afterEach(() => server?.stop())

async function look(changed: Record<string, () => Promise<string> | string> = {}) {
  server = await webServer(async (request, response) => {
    const answer = { ...usual, ...changed }[(request.url ?? '').split('?')[0] ?? '']
    if (answer) response.end(await answer())
    else response.writeHead(404).end()
  })
  const client = prometheusClient({ url: server.url })
  try {
    return await client.look()
  } finally {
    client.close()
  }
}

test('what a Prometheus 2.42 answered in the incident', async () => {
  const one = await look()
  expect(one).toMatchObject({
    version: '2.42.0+ds',
    ready: true,
    startedAt: Date.parse('2026-11-23T04:32:47.613Z'),
    configAccepted: true,
    configLoadedAt: Date.parse('2026-11-23T04:32:47Z'),
    configFile: '/etc/prometheus/prometheus.yml',
    storagePath: '/data',
    retention: '15d',
    rules: { total: 0, failing: [] },
    firingAlerts: [],
    newestSampleAt: {},
  })
  expect(one.liveConfig).toContain('host.docker.internal:9100')
  expect(one.targets).toEqual([
    {
      job: 'host',
      instance: 'host.docker.internal:9100',
      scrapeUrl: 'http://host.docker.internal:9100/metrics',
      health: 'down',
      error:
        'Get "http://host.docker.internal:9100/metrics": dial tcp: lookup host.docker.internal on 127.0.0.11:53: no such host',
      lastScrapeAt: Date.parse('2026-11-23T05:24:50.097Z'),
      scrapeIntervalSeconds: 2,
    },
    expect.objectContaining({ job: 'node', health: 'up', error: '' }),
  ])
})

test('on the desktop engine the same targets are up', async () => {
  const { targets } = await look({ '/api/v1/targets': () => recorded('targets-desktop-up') })
  expect(targets.map(({ job, health }) => `${job} ${health}`)).toEqual(['host up', 'node up'])
})

test('rules, alerts and newest samples', async () => {
  const one = await look({
    '/api/v1/rules': () =>
      success({
        groups: [
          {
            name: 'a',
            rules: [
              { name: 'Fine', health: 'ok', type: 'alerting', alerts: [] },
              { name: 'Bad', health: 'err', lastError: 'many-to-many', type: 'recording' },
            ],
          },
          { name: 'b', rules: [{ name: 'New', health: 'unknown', type: 'recording' }] },
        ],
      }),
    '/api/v1/alerts': () =>
      success({
        alerts: [
          { labels: { alertname: 'Watchdog' }, state: 'firing' },
          { labels: { alertname: 'Down', job: 'a' }, state: 'firing' },
          { labels: { alertname: 'Down', job: 'b' }, state: 'firing' },
          { labels: { alertname: 'Slow' }, state: 'pending' },
        ],
      }),
    '/api/v1/query': () =>
      success({
        resultType: 'vector',
        result: [{ metric: { job: 'node' }, value: [1_700_000_010, '1700000009.123'] }],
      }),
  })
  expect(one.rules).toEqual({ total: 3, failing: [{ name: 'Bad', error: 'many-to-many' }] })
  expect(one.firingAlerts).toEqual(['Watchdog', 'Down'])
  expect(one.newestSampleAt).toEqual({ node: 1_700_000_009_123 })
})

test('a Prometheus 3 says more, writes null for none, and keeps a relative path', async () => {
  const one = await look({
    '/api/v1/status/runtimeinfo': () =>
      success({
        startTime: '2026-11-23T04:00:00Z',
        CWD: '/prometheus',
        hostname: 'p',
        serverTime: '2026-11-23T05:00:00Z',
        reloadConfigSuccess: false,
        lastConfigTime: '2026-11-23T04:00:00Z',
        GOMEMLIMIT: 1,
        storageRetention: '15d or 1GiB',
      }),
    '/api/v1/status/flags': () =>
      success({ 'storage.tsdb.path': 'data/', 'web.enable-admin-api': 'true' }),
    '/api/v1/targets': () =>
      success({
        activeTargets: [
          {
            labels: { job: 'new', instance: 'new:1' },
            scrapePool: 'new',
            scrapeUrl: 'http://new:1/metrics',
            lastError: '',
            lastScrape: '0001-01-01T00:00:00Z',
            health: 'unknown',
            scrapeInterval: '1m',
            scrapeTimeout: '10s',
          },
        ],
        droppedTargets: null,
        droppedTargetCounts: { new: 0 },
      }),
    '/api/v1/rules': () => success({ groups: null }),
    '/api/v1/alerts': () => success({ alerts: null }),
  })
  expect(one).toMatchObject({
    configAccepted: false,
    adminApi: true,
    lifecycle: false,
    storagePath: '/prometheus/data',
    retention: '15d or 1GiB',
  })
  expect(one.targets[0]).toEqual({
    job: 'new',
    instance: 'new:1',
    scrapeUrl: 'http://new:1/metrics',
    health: 'unknown',
    error: '',
    scrapeIntervalSeconds: 60,
  })
})

test('one that is not ready is not known', async () => {
  server = await webServer((_, response) => response.writeHead(503).end('Service Unavailable'))
  await expect(prometheusClient({ url: server.url }).look()).rejects.toMatchObject({
    code: 'refused',
    message: `Prometheus at ${server.url} answers and is not ready yet.`,
  })
})

test('something else at its port is told by its answers', async () => {
  server = await webServer((_, response) => response.end('<html>hello</html>'))
  await expect(prometheusClient({ url: server.url }).look()).rejects.toMatchObject({
    code: 'invalid',
  })
})
