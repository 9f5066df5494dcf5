import { ReadableStream } from 'node:stream/web'
import { afterEach, expect, test } from 'vitest'
import { type WatchdogReceiver, watchdogReceiver } from './watchdog-receiver.ts'

const open: WatchdogReceiver[] = []
afterEach(() => Promise.all(open.splice(0).map((receiver) => receiver.close())))

async function aReceiver(parts: { alertName?: string; now?: () => number } = {}) {
  const receiver = watchdogReceiver({ port: 0, ...parts })
  open.push(receiver)
  await receiver.listen()
  const url = receiver.url() ?? ''
  const post = (body: unknown, more: RequestInit = {}) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...more,
    })
  return { receiver, url, post }
}

/** As Alertmanager 0.28 sends it. */
const message = (...alerts: { status?: string; alertname: string }[]) => ({
  receiver: 'sentinel',
  status: 'firing',
  alerts: alerts.map(({ status = 'firing', alertname }) => ({
    status,
    labels: { alertname, severity: 'none' },
    annotations: {},
    startsAt: '2026-11-23T04:32:47Z',
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://p/graph',
    fingerprint: 'abc',
  })),
  groupLabels: {},
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'http://a',
  version: '4',
  groupKey: '{}:{}',
  truncatedAlerts: 0,
})

test('it listens on loopback alone and knows since when', async () => {
  const { receiver, url } = await aReceiver({ now: () => 42 })
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/watchdog$/)
  expect(receiver.listeningSince()).toBe(42)
  expect(receiver.lastBeatAt()).toBeUndefined()
})

test('a firing Watchdog is a beat, also among others', async () => {
  let clock = 1
  const { receiver, post } = await aReceiver({ now: () => clock })
  let changes = 0
  receiver.onChange(() => {
    changes += 1
  })
  clock = 100
  expect((await post(message({ alertname: 'Other' }, { alertname: 'Watchdog' }))).status).toBe(200)
  expect(receiver.lastBeatAt()).toBe(100)
  expect(changes).toBe(1)
})

test('a beat may have another name', async () => {
  const { receiver, post } = await aReceiver({ alertName: 'DeadMansSwitch' })
  await post(message({ alertname: 'Watchdog' }))
  expect(receiver.lastBeatAt()).toBeUndefined()
  await post(message({ alertname: 'DeadMansSwitch' }))
  expect(receiver.lastBeatAt()).toBeDefined()
})

const beat = message({ alertname: 'Watchdog' })

test.each([
  ['another alert', message({ alertname: 'Other' }), {}, 200],
  ['a resolved Watchdog', message({ alertname: 'Watchdog', status: 'resolved' }), {}, 200],
  ['another version', { ...beat, version: '3' }, {}, 400],
  ['no JSON', '{"version":', {}, 400],
  ['JSON of another form', '[1]', {}, 400],
  ['GET', undefined, { method: 'GET', body: null }, 405],
  ['PUT', beat, { method: 'PUT' }, 405],
  ['text from a web page', beat, { headers: { 'content-type': 'text/plain' } }, 415],
  ['far too much', 'x'.repeat(2_000_000), {}, 413],
])('%s is no beat', async (_, body, more, status) => {
  const { receiver, post } = await aReceiver()
  expect((await post(body ?? '', more)).status).toBe(status)
  expect(receiver.lastBeatAt()).toBeUndefined()
})

test('too much is refused also when its length was not told', async () => {
  const { receiver, post } = await aReceiver()
  const chunks = async function* () {
    for (let i = 0; i < 40; i += 1) yield new TextEncoder().encode('x'.repeat(65_536))
  }
  const sent = post('', {
    body: ReadableStream.from(chunks()),
    duplex: 'half',
  } as unknown as RequestInit)
  const status = await sent.then(
    (response) => response.status,
    () => 'hung up',
  )
  expect([413, 'hung up']).toContain(status)
  expect(receiver.lastBeatAt()).toBeUndefined()
})

test('another path is not there', async () => {
  const { url } = await aReceiver()
  expect((await fetch(url.replace('/watchdog', '/metrics'))).status).toBe(404)
})

test('a port that is taken is told, and can be had when it is free', async () => {
  const first = await aReceiver()
  const port = Number(new URL(first.url).port)
  const second = watchdogReceiver({ port })
  open.push(second)
  await expect(second.listen()).rejects.toThrow(
    `Port ${port} of 127.0.0.1, where the Watchdog should arrive, is taken.`,
  )
  await first.receiver.close()
  await second.listen()
  expect(second.url()).toBe(first.url)
})
