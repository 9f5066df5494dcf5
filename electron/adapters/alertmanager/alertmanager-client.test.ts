import { afterEach, expect, test } from 'vitest'
import { type WebServer, webServer } from '../../../test/support/web-server.ts'
import { alertmanagerClient } from './alertmanager-client.ts'

let server: WebServer | undefined
afterEach(() => server?.stop())

async function look(answers: Record<string, unknown>, readyStatus = 200) {
  server = await webServer((request, response) => {
    const path = request.url ?? ''
    if (path === '/-/ready') response.writeHead(readyStatus).end('OK')
    else if (path in answers) response.end(JSON.stringify(answers[path]))
    else response.writeHead(404).end()
  })
  const client = alertmanagerClient({ url: server.url })
  try {
    return await client.look()
  } finally {
    client.close()
  }
}

const labels = { alertname: 'GpuHot', severity: 'warning', gpu: '0' }
const alert = {
  labels,
  annotations: {},
  startsAt: '2026-11-23T05:24:50.097Z',
  endsAt: '2026-11-23T05:29:50.097Z',
  fingerprint: 'a',
  receivers: [{ name: 'x' }],
  status: { state: 'suppressed', silencedBy: ['s'], inhibitedBy: [] },
}
const usual = {
  '/api/v2/status': { versionInfo: { version: '0.34.0' }, cluster: { status: 'disabled' } },
  '/api/v2/alerts': [alert],
  '/api/v2/silences': ['active', 'expired', 'pending', 'active'].map((state) => ({
    status: { state },
  })),
}

test('alerts, and the silences that are active', async () => {
  expect(await look(usual)).toEqual({
    version: '0.34.0',
    ready: true,
    alerts: [
      {
        name: 'GpuHot',
        severity: 'warning',
        state: 'suppressed',
        since: Date.parse(alert.startsAt),
        labels,
      },
    ],
    silences: 2,
  })
})

test('one that is starting is known and not ready', async () => {
  expect(await look({ ...usual, '/api/v2/alerts': [] }, 503)).toMatchObject({ ready: false })
})

test('an old one without API v2 is told by its answer', async () => {
  await expect(look({})).rejects.toMatchObject({ code: 'invalid', status: 404 })
})
