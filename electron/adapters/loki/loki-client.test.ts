import { afterEach, beforeEach, expect, test } from 'vitest'
import { type LokiStandIn, lokiStandIn } from '../../../test/support/loki-stand-in.ts'
import { webServer } from '../../../test/support/web-server.ts'
import { lokiClient, selectable } from './loki-client.ts'
import { shipperClient } from './shipper-client.ts'

const hourMs = 3_600_000
let loki: LokiStandIn

beforeEach(async () => {
  loki = await lokiStandIn()
})
afterEach(() => loki.stop())

const look = (more: { orgId?: string } = {}) => lokiClient({ url: loki.url, ...more }).look()

test('the newest line is told', async () => {
  const now = Date.now()
  loki.streams.push(
    { labels: { job: 'varlogs' }, lines: [{ at: now - 120_000, text: 'older' }] },
    { labels: { job: 'docker', container: 'grafana' }, lines: [{ at: now - 60_000, text: 'new' }] },
  )
  expect(await look()).toEqual({ ready: true, version: '3.4.2', newestLineAt: now - 60_000 })
})

test('streams without the best label count while those with it are silent', async () => {
  const now = Date.now()
  loki.streams.push(
    { labels: { job: 'varlogs' }, lines: [{ at: now - 10 * 60_000, text: 'silent' }] },
    { labels: { filename: '/var/log/syslog' }, lines: [{ at: now - 1000, text: 'here' }] },
  )
  expect(await look()).toMatchObject({ newestLineAt: now - 1000 })
})

test('logs that stopped hours ago are found too', async () => {
  const at = Date.now() - 5 * hourMs
  loki.streams.push({ labels: { job: 'x' }, lines: [{ at, text: 'last words' }] })
  expect(await look()).toMatchObject({ newestLineAt: at })
})

test('without any line there is no newest one', async () => {
  expect(await look()).toEqual({ ready: true, version: '3.4.2' })
})

test('one that is starting is not ready, and asked nothing else', async () => {
  loki.ready = false
  expect(await look()).toEqual({ ready: false, version: '3.4.2' })
  expect(loki.asked.some((path) => path.includes('labels'))).toBe(false)
})

test('a tenant is named where one is needed', async () => {
  loki.orgId = 'odin'
  await expect(look()).rejects.toMatchObject({ code: 'permission-denied' })
  expect(await look({ orgId: 'odin' })).toMatchObject({ ready: true })
})

test.each([
  [
    ['zone', 'job', '__stream_shard__'],
    ['job', 'zone'],
  ],
  [
    ['a', 'b', 'c', 'service_name', 'filename'],
    ['service_name', 'filename', 'a'],
  ],
  [['not-a-name', 'ok'], ['ok']],
  [[], []],
])('of the labels %j, %j are tried', (labels, tried) => {
  expect(selectable(labels)).toEqual(tried)
})

test.each([
  ['promtail', '/ready', 200, true],
  ['promtail', '/ready', 500, false],
  ['alloy', '/-/ready', 200, true],
  ['alloy', '/-/ready', 503, false],
])('%s answers %s with %i', async (program, path, status, ready) => {
  const server = await webServer((_, response) => response.writeHead(status).end('words'))
  const shipper = shipperClient({ url: server.url, program })
  expect(await shipper.look()).toEqual({ ready, program })
  expect(server.asked).toEqual([path])
  shipper.close()
  await server.stop()
})
