import { request } from 'node:http'
import { createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { exposition } from './exposition.ts'
import { type MetricsServer, metricsServer } from './metrics-server.ts'

const open: MetricsServer[] = []
afterEach(() => Promise.all(open.splice(0).map((server) => server.close())))

const family = (samples: { labels: Record<string, string>; value: number }[]) => ({
  name: 'sentinel_engine_answers',
  help: 'Help.',
  type: 'gauge' as const,
  labels: ['endpoint'],
  samples,
})

test('what a container names itself moves no cursor and forges no line', async () => {
  const endpoint = 'a"b\\c\nsentinel_forged 1\u001b[2J'
  const { text } = await exposition([family([{ labels: { endpoint }, value: 1 }])])
  expect(text.trim().split('\n').at(-1)).toBe(
    'sentinel_engine_answers{endpoint="a\\"b\\\\c sentinel_forged 1 [2J"} 1',
  )
})

test('long values are cut, twins are one, and no family grows without end', async () => {
  const many = Array.from({ length: 5_000 }, (_, n) => ({
    labels: { endpoint: `${n} ${'x'.repeat(10_000)}` },
    value: 0,
  }))
  const { text } = await exposition([family([...many.slice(0, 1), ...many])])
  const lines = text.split('\n').filter((line) => line.startsWith('sentinel'))
  expect(lines).toHaveLength(1_999)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(260)
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function aServer() {
  const address = { host: '127.0.0.1', port: await freePort() }
  const server = metricsServer(address, () => exposition([family([])]))
  open.push(server)
  await server.listen()
  return address
}

test('a page that calls loopback by a name of its own gets nothing', async () => {
  const { host, port } = await aServer()
  const status = (name: string) =>
    new Promise((resolve, reject) => {
      const asked = request({ host, port, path: '/metrics', headers: { host: name } }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
      asked.once('error', reject)
      asked.end()
    })
  expect(await status(`127.0.0.1:${port}`)).toBe(200)
  expect(await status(`localhost:${port}`)).toBe(200)
  expect(await status('evil.example')).toBe(403)
})

test('a port that is taken is said in a sentence', async () => {
  const address = await aServer()
  const second = metricsServer(address, () => exposition([]))
  await expect(second.listen()).rejects.toThrow(
    `Metrics are not to be had: 127.0.0.1:${address.port} is taken by another program`,
  )
})
