import type { RequestListener } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { bodyText, type WebServer, webServer } from '../../../test/support/web-server.ts'
import { secondsOf, timeOf } from './go-time.ts'
import { type Door, type HttpClient, httpClient } from './http-client.ts'
import { HttpFailure } from './http-failure.ts'

const servers: WebServer[] = []
const clients: HttpClient[] = []

afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await Promise.all(servers.splice(0).map((server) => server.stop()))
})

async function aServer(answer: RequestListener): Promise<WebServer> {
  const server = await webServer(answer)
  servers.push(server)
  return server
}

function aClient(door: Omit<Door, 'what'>): HttpClient {
  const client = httpClient({ what: 'Thing', ...door })
  clients.push(client)
  return client
}

const failureOf = async (asked: Promise<unknown>): Promise<HttpFailure> => {
  const error = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof HttpFailure)) throw new Error(`no HttpFailure: ${error}`)
  return error
}

test('a path prefix and a query are joined to what is asked', async () => {
  const server = await aServer((_, response) => response.end('ok'))
  const client = aClient({ url: `${server.url}/prometheus/` })
  await client.ask('/-/ready', { query: { 'match[]': ['a', 'b c'] } })
  expect(server.asked).toEqual(['/prometheus/-/ready?match%5B%5D=a&match%5B%5D=b+c'])
  expect(client.at).toBe(`Thing at ${server.url}/prometheus`)
})

test('a token is sent, a user and password too, and no sentence shows them', async () => {
  const sent: (string | undefined)[] = []
  const server = await aServer(({ headers }, response) => {
    sent.push(headers.authorization)
    response.writeHead(401).end('{"message":"Unauthorized"}')
  })
  const withUser = server.url.replace('http://', 'http://odin:s%20ecret@')
  const failures = [
    await failureOf(aClient({ url: server.url, token: 'tok-1' }).ask('/')),
    await failureOf(aClient({ url: withUser }).ask('/')),
  ]
  expect(sent).toEqual(['Bearer tok-1', `Basic ${btoa('odin:s ecret')}`])
  for (const { code, status, message } of failures) {
    expect({ code, status }).toEqual({ code: 'permission-denied', status: 401 })
    expect(message).toBe(`Thing at ${server.url} answered 401: Unauthorized.`)
  }
})

test('a body is sent as JSON with POST', async () => {
  const server = await aServer(async (request, response) =>
    response.end(JSON.stringify({ method: request.method, said: await bodyText(request) })),
  )
  const answer = z.object({ method: z.string(), said: z.string() })
  const got = await aClient({ url: server.url }).askJson('/', answer, { body: { a: 1 } })
  expect(got).toEqual({ method: 'POST', said: '{"a":1}' })
})

test('unknown keys are left out, an unknown form is told', async () => {
  const server = await aServer((_, response) => response.end('{"a":{"b":1},"new":2}'))
  const client = aClient({ url: server.url })
  const wanted = z.object({ a: z.object({ b: z.number() }) })
  expect(await client.askJson('/x', wanted)).toEqual({ a: { b: 1 } })
  const other = z.object({ a: z.object({ b: z.string() }) })
  const failure = await failureOf(client.askJson('/x', other))
  expect(failure.code).toBe('invalid')
  expect(failure.message).toContain('answered /x in an unknown form: a.b: ')
})

test.each([
  ['503 with a text', 503, 'Service Unavailable', 'refused', ' answered 503: Service Unavailable.'],
  ['503 with a page', 503, '<html>no</html>', 'refused', ' answered 503.'],
  [
    '400 with JSON',
    400,
    '{"status":"error","error":"bad query"}',
    'invalid',
    ' answered 400: bad query.',
  ],
  ['404', 404, '', 'invalid', ' answered 404.'],
  ['500', 500, 'a\nb', 'other', ' answered 500: a.'],
])('%s', async (_, status, text, code, sentence) => {
  const server = await aServer((_, response) => response.writeHead(status).end(text))
  const failure = await failureOf(aClient({ url: server.url }).ask('/'))
  expect(failure).toMatchObject({ code, status })
  expect(failure.message).toBe(`Thing at ${server.url}${sentence}`)
})

test('a page in the place of JSON is no JSON', async () => {
  const server = await aServer((_, response) => response.end('<html></html>'))
  const failure = await failureOf(aClient({ url: server.url }).askJson('/x', z.object({})))
  expect(failure.message).toBe(`Thing at ${server.url} answered /x with no JSON.`)
})

test('an answer that is too long is given up', async () => {
  const server = await aServer((_, response) => {
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
      if (!response.destroyed) response.once('drain', more)
    }
    more()
  })
  const failure = await failureOf(aClient({ url: server.url, mostBytes: 100_000 }).ask('/'))
  expect(failure).toMatchObject({ code: 'invalid' })
  expect(failure.message).toContain('more than 100000 bytes')
})

test.each([
  ['before the first byte', () => {}],
  ['in the middle', (response: { write(text: string): void }) => response.write('x')],
])('an answer that does not come is a time-out, %s', async (_, begin) => {
  const server = await aServer((_, response) => begin(response))
  const failure = await failureOf(aClient({ url: server.url, patienceMs: 50 }).ask('/'))
  expect(failure).toMatchObject({ code: 'timeout' })
  expect(failure.message).toBe(`Thing at ${server.url} did not answer in time.`)
})

test('an abort ends it at once', async () => {
  const server = await aServer(() => {})
  const controller = new AbortController()
  const asked = failureOf(aClient({ url: server.url }).ask('/', { signal: controller.signal }))
  controller.abort()
  expect((await asked).code).toBe('timeout')
})

test('redirects are followed at home, and nowhere else', async () => {
  const other = await aServer((_, response) => response.end('stolen'))
  const server = await aServer((request, response) => {
    if (request.url === '/end') response.end('here')
    else if (request.url === '/near') response.writeHead(302, { location: '/end' }).end()
    else if (request.url === '/circle') response.writeHead(302, { location: '/circle' }).end()
    else response.writeHead(302, { location: `${other.url}/login?next=x` }).end()
  })
  const client = aClient({ url: server.url, token: 'secret' })
  expect((await client.ask('/near')).text).toBe('here')
  const failure = await failureOf(client.ask('/far'))
  expect(failure.message).toBe(
    `Thing at ${server.url} sends us on to ${other.url}/login, where we do not go.`,
  )
  expect((await failureOf(client.ask('/circle'))).code).toBe('invalid')
  expect(other.asked).toEqual([])
})

test('nobody there, something else there, and no address at all', async () => {
  const server = await aServer((_, response) => response.end())
  const { url } = server
  await server.stop()
  expect(await failureOf(aClient({ url }).ask('/'))).toMatchObject({
    code: 'refused',
    message: `Nobody answers for Thing at ${url}.`,
  })
  const tcp = createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve))
  const port = (tcp.address() as { port: number }).port
  expect(await failureOf(aClient({ url: `http://127.0.0.1:${port}` }).ask('/'))).toMatchObject({
    code: 'invalid',
    message: `Thing at http://127.0.0.1:${port} does not speak HTTP.`,
  })
  tcp.close()
  expect(() => aClient({ url: 'ftp://odin:secret@x' })).toThrow(
    'The address of Thing is no http or https URL.',
  )
})

test('a server that comes back is asked again over a new connection', async () => {
  const server = await aServer((_, response) => response.end('ok'))
  const client = aClient({ url: server.url })
  await client.ask('/')
  await server.stop()
  await server.start()
  expect((await client.ask('/')).text).toBe('ok')
})

test.each([
  ['15s', 15],
  ['1m30s', 90],
  ['500ms', 0.5],
  ['2d', 172_800],
  ['', undefined],
  ['15', undefined],
  ['15s or so', undefined],
])('the duration %j', (text, seconds) => {
  expect(secondsOf(text)).toBe(seconds)
})

test('the zero time of Go is no time', () => {
  expect(timeOf('0001-01-01T00:00:00Z')).toBeUndefined()
  expect(timeOf('2026-11-23T04:32:47.613428067Z')).toBe(Date.UTC(2026, 10, 23, 4, 32, 47, 613))
})
