import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import type { Mirror } from '../../../shared/ipc/contract.ts'
import type { IncidentView } from '../../../shared/ipc/status.ts'
import { bodyText, type WebServer, webServer } from '../../../test/support/web-server.ts'
import type { IncidentChange } from '../surface.ts'
import { type ForwardParts, forwardIncidents } from './forward.ts'

const noon = Date.UTC(2026, 10, 23, 12)
const incident: IncidentView = {
  id: 'CONTEXT_SWITCHED@context:current#1',
  cause: 'CONTEXT_SWITCHED',
  severity: 'warning',
  status: 'firing',
  sentence: 'Docker context is default, expected desktop-linux – „nämlich“.',
  since: new Date(noon).toISOString(),
  findings: ['CONTEXT_SWITCHED@context:current', 'STRAY_CONTAINERS@containers:e'],
  remedy: { kind: 'none' },
}

type Taken = { url: string; authorization: string | undefined; body: never }
type Answer = (request: IncomingMessage, response: ServerResponse, attempt: number) => void

const opened: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

/** A server that keeps what it is told, and answers as the test says. */
async function aServer(answer: Answer = (_request, response) => response.end()) {
  const taken: Taken[] = []
  let attempts = 0
  const server: WebServer = await webServer(async (request, response) => {
    const body = JSON.parse(await bodyText(request))
    taken.push({
      url: request.url ?? '',
      authorization: request.headers.authorization,
      body: body as never,
    })
    attempts += 1
    answer(request, response, attempts)
  })
  opened.push(() => server.stop())
  return { server, taken }
}

function aGuard() {
  let listener: (change: IncidentChange) => void = () => {}
  let stacks: unknown[] = []
  return {
    sentinel: {
      onIncident(added: typeof listener) {
        listener = added
        return () => {
          listener = () => {}
        }
      },
      mirror: () => ({ stacks }) as Mirror,
    },
    tell(change: IncidentChange['change'], about: Partial<IncidentView> = {}) {
      const told = { ...incident, ...about }
      stacks = [{ stack: 'odin', incidents: [told] }]
      listener({ stack: 'odin', incident: told, change })
    },
  }
}

function begin(choices: ForwardParts['choices'], more: Partial<ForwardParts> = {}) {
  const guard = aGuard()
  const said: string[] = []
  const stop = forwardIncidents({
    sentinel: guard.sentinel,
    choices,
    machine: 'ada-pc',
    onProblem: (sentence) => said.push(sentence),
    retryAfterMs: [1, 1],
    now: () => noon,
    ...more,
  })
  opened.push(stop)
  return { ...guard, said, stop }
}

const over = { status: 'resolved', resolvedAt: new Date(noon).toISOString() } as const

test('a webhook is told of what opens, gets worse and ends, in order, and of nothing else', async () => {
  const { server, taken } = await aServer()
  const { tell } = begin({ webhook: `${server.url}/hook?key=1` })
  tell('opened')
  tell('updated')
  tell('worsened', { severity: 'critical' })
  tell('resolved', over)
  await expect.poll(() => taken.length).toBe(3)
  const told = taken.map(({ body }) => body)
  expect(told.map(({ change }) => change)).toEqual(['opened', 'worsened', 'resolved'])
  expect(told[0]).toEqual({
    version: 1,
    machine: 'ada-pc',
    at: '2026-11-23T12:00:00.000Z',
    stack: 'odin',
    change: 'opened',
    incident,
  })
  expect(taken[0]?.url).toBe('/hook?key=1')
})

test('ntfy gets topic, title, priority and tags, also in letters beyond Latin-1', async () => {
  const { server, taken } = await aServer()
  const url = server.url.replace('//', '//ada:pass%40word@')
  const { tell } = begin({ ntfy: `${url}/my-topic?auth=x` })
  tell('opened', { severity: 'critical' })
  tell('withdrawn')
  tell('resolved', over)
  await expect.poll(() => taken.length).toBe(2)
  expect(taken[0]).toEqual({
    url: '/?auth=x',
    authorization: `Basic ${Buffer.from('ada:pass@word').toString('base64')}`,
    body: {
      topic: 'my-topic',
      title: 'odin on ada-pc: critical',
      message: incident.sentence,
      priority: 5,
      tags: ['rotating_light', 'CONTEXT_SWITCHED'],
    },
  })
  expect(taken[1]?.body).toMatchObject({ title: 'odin on ada-pc: over', priority: 3 })
})

test('who fails for a while is tried again, is said once, and no token is said', async () => {
  const { server, taken } = await aServer((_request, response, attempt) => {
    response.writeHead(attempt < 3 ? 503 : 200).end('s3cret is not valid')
  })
  const { tell, said } = begin({ webhook: `${server.url}/s3cret?sig=s3cret` })
  tell('opened')
  await expect.poll(() => said.length).toBe(2)
  expect(taken).toHaveLength(3)
  expect(said).toEqual([
    `Incidents cannot be forwarded: the webhook at ${server.url} answered 503.`,
    `Incidents are forwarded again to the webhook at ${server.url}.`,
  ])
})

test('who refuses is not pestered, and the next message is tried all the same', async () => {
  const { server, taken } = await aServer((_request, response, attempt) => {
    response.writeHead(attempt === 1 ? 403 : 200).end()
  })
  const { tell, said } = begin({ webhook: server.url })
  tell('opened')
  tell('resolved', over)
  await expect.poll(() => said.length).toBe(2)
  expect(taken.map(({ body }) => body['change'])).toEqual(['opened', 'resolved'])
})

test('attempts are bounded, and nobody at all holds up the others', async () => {
  const gone = await aServer()
  const url = gone.server.url
  await gone.server.stop()
  const { server, taken } = await aServer()
  const { tell, said, stop } = begin({ webhook: `${url}/s3cret`, ntfy: `${server.url}/t` })
  tell('opened')
  tell('resolved', over)
  await expect.poll(() => taken.length).toBe(2)
  await expect.poll(() => said.length).toBe(1)
  expect(said[0]).toBe(`Incidents cannot be forwarded: Nobody answers for the webhook at ${url}.`)
  await stop()
})

test('Alertmanager is told again while it lasts, and of the end of what got worse', async () => {
  const { server, taken } = await aServer()
  const { tell } = begin({ alertmanager: `${server.url}/am/` }, { resendMs: 30 })
  tell('opened')
  await expect.poll(() => taken.length).toBeGreaterThan(2)
  expect(taken[0]).toMatchObject({
    url: '/am/api/v2/alerts',
    body: [
      {
        labels: {
          alertname: 'CONTEXT_SWITCHED',
          severity: 'warning',
          stack: 'odin',
          subject: 'context:current',
          machine: 'ada-pc',
          source: 'odin-sentinel',
        },
        startsAt: '2026-11-23T12:00:00.000Z',
        endsAt: '2026-11-23T12:00:00.120Z',
      },
    ],
  })
  expect(JSON.stringify(taken[0]?.body)).not.toContain('generatorURL')
  const [first] = taken as [Taken]
  expect(Object.keys(first.body[0] ?? {})).not.toContain('generatorURL')

  tell('worsened', { severity: 'critical' })
  const severities = () =>
    taken.map(({ body }) =>
      (body as { labels: { severity: string }; endsAt: string }[]).map(
        ({ labels, endsAt }) => `${labels.severity} ${Date.parse(endsAt) - noon}`,
      ),
    )
  await expect.poll(severities).toContainEqual(['critical 120', 'warning 0'])
  await expect.poll(() => severities().at(-1)).toEqual(['critical 120'])
  tell('resolved', { ...over, severity: 'critical' })
  await expect.poll(() => severities().at(-1)).toEqual(['critical 0'])
})

test('a stop lets what is being said be finished, and waits for nobody who is down', async () => {
  const { server, taken } = await aServer((_request, response) => response.writeHead(500).end())
  const { tell, stop } = begin({ webhook: server.url }, { retryAfterMs: [3_600_000] })
  tell('opened')
  tell('resolved', over)
  await stop()
  expect(taken.map(({ body }) => body['change'])).toEqual(['opened', 'resolved'])
})
