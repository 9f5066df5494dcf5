import { afterEach, expect, test } from 'vitest'
import { grafanaStandIn } from '../../../test/support/grafana-stand-in.ts'
import { type WebServer, webServer } from '../../../test/support/web-server.ts'
import { exportGrafana } from './grafana-export.ts'

let server: WebServer | undefined
afterEach(() => server?.stop())

const provisioning = '/api/v1/provisioning'
const whole: Record<string, unknown> = {
  '/api/health': { database: 'ok', version: '12.1.0' },
  '/api/org': { id: 1 },
  '/api/folders/f1': { uid: 'f1', title: 'Hosts' },
  '/api/dashboards/uid/d%2F1': { dashboard: { uid: 'd/1', title: 'CPU' }, meta: { version: 3 } },
  '/api/library-elements': {
    result: { totalCount: 1, elements: [{ uid: 'l1', name: 'Panel', model: {} }] },
  },
  '/api/datasources': [
    {
      ...{ uid: 'prom', name: 'Prometheus', type: 'prometheus', url: 'http://prometheus:9090' },
      ...{ password: 'old secret', basicAuthPassword: 'old secret' },
      ...{ secureJsonData: { token: 'secret' }, secureJsonFields: { token: true } },
    },
  ],
  [`${provisioning}/alert-rules`]: [{ uid: 'r1', title: 'Down', data: [] }],
  [`${provisioning}/contact-points`]: [
    { uid: 'c1', name: 'mail', settings: { url: '[REDACTED]' } },
  ],
  [`${provisioning}/policies`]: { receiver: 'mail' },
  [`${provisioning}/mute-timings`]: [{ name: 'nights' }],
  [`${provisioning}/templates`]: [],
}

async function grafana(answers: Record<string, unknown>, refused: readonly string[] = []) {
  server = await webServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://grafana')
    const send = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (request.headers.authorization !== 'Bearer right' && url.pathname !== '/api/health')
      return void send(401, { message: 'Invalid API key' })
    if (refused.includes(url.pathname)) return void send(403, { message: 'You will need admin' })
    if (url.pathname === '/api/search') {
      const isFolder = url.searchParams.get('type') === 'dash-folder'
      return void send(200, [{ uid: isFolder ? 'f1' : 'd/1', title: 'x' }])
    }
    const body = answers[url.pathname]
    send(body === undefined ? 404 : 200, body ?? { message: 'Not found' })
  })
  return server
}

async function exported(url: string, token = 'right') {
  const all = await exportGrafana({ url, token }, new AbortController().signal)
  const documents: Record<string, unknown> = {}
  for await (const { path, value } of all.documents) documents[path] = value
  all.close()
  return { version: all.version, documents, gaps: all.gaps(), without: all.without() }
}

test('everything comes by its UID, and without secrets', async () => {
  const { url } = await grafana(whole)
  const { version, documents, gaps, without } = await exported(url)
  expect(version).toBe('12.1.0')
  expect(Object.keys(documents).toSorted()).toEqual([
    ...['alert-rules/r1.json', 'contact-points.json', 'dashboards/d%2F1.json'],
    ...['datasources/prom.json', 'folders/f1.json', 'library-panels/l1.json'],
    ...['mute-timings.json', 'policies.json', 'templates.json'],
  ])
  expect(documents['dashboards/d%2F1.json']).toEqual(whole['/api/dashboards/uid/d%2F1'])
  expect(JSON.stringify(documents)).not.toContain('secret"')
  expect(documents['datasources/prom.json']).toMatchObject({ secureJsonFields: { token: true } })
  expect([gaps, without]).toEqual([[], []])
})

test('what a token may not see is a gap, and the rest comes', async () => {
  const { url } = await grafana(whole, ['/api/datasources', `${provisioning}/policies`])
  const { documents, gaps } = await exported(url)
  expect(gaps).toEqual([
    `Its datasources are not all there: Grafana at ${url} answered 403: You will need admin.`,
    `Its notification policies are not all there: Grafana at ${url} answered 403: You will need admin.`,
  ])
  expect(Object.keys(documents)).toHaveLength(7)
})

test('what this Grafana does not have is no gap', async () => {
  const { [`${provisioning}/mute-timings`]: _, [`${provisioning}/templates`]: __, ...old } = whole
  const { url } = await grafana(old)
  const { gaps, without } = await exported(url)
  expect([gaps, without]).toEqual([[], ['mute timings', 'message templates']])
})

test('a wrong token opens nothing', async () => {
  const { url } = await grafana(whole)
  await expect(exported(url, 'wrong')).rejects.toMatchObject({ code: 'permission-denied' })
})

test('a dashboard that only the newer API gives is a gap, and keeps no other one back', async () => {
  const stand = await grafanaStandIn({
    dashboards: [
      { uid: 'new', isSchema2: true, dashboard: { title: 'New' } },
      { uid: 'gpu', dashboard: { title: 'GPU' } },
    ],
  })
  try {
    const { documents, gaps } = await exported(stand.url, stand.token)
    expect(Object.keys(documents)).toContain('dashboards/gpu.json')
    expect(gaps).toEqual([expect.stringMatching(/^Its dashboards are not all there: .* 406/)])
  } finally {
    await stand.stop()
  }
})
