import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Container } from '../../shared/domain/container.ts'
import { aContainer } from '../../test/support/a-world.ts'
import { type GrafanaStandIn, grafanaStandIn } from '../../test/support/grafana-stand-in.ts'
import type { EngineHands } from '../adapters/docker/hands/engine-hands.ts'
import { dashboardDoors } from './dashboard-doors.ts'

let grafana: GrafanaStandIn
let container: Container | undefined
let environment: Map<string, string>
let tokensGiven: number

const signal = new AbortController().signal
const password = 'of its own'
const passwordName = 'GF_SECURITY_ADMIN_PASSWORD'

beforeEach(async () => {
  grafana = await grafanaStandIn({
    token: 'of its own database',
    login: { user: 'root', password },
  })
  container = aContainer({
    portsGot: [{ ...at(Number(new URL(grafana.url).port)), protocol: 'tcp' as const }],
  })
  environment = new Map([
    [passwordName, password],
    ['GF_SECURITY_ADMIN_USER', 'root'],
  ])
  tokensGiven = 0
})
afterEach(() => grafana.stop())

const at = (hostPort: number) => ({ containerPort: 3000, hostPort, hostIp: '' })

/** Of the hands only what looks: nothing is started in a container that a plan looks at. */
const hands = {
  identity: async () => ({ id: 'NATV', version: '', now: 0 }),
  container: async () => container,
  environment: async () => environment,
  close() {},
} as unknown as EngineHands

const doors = dashboardDoors({
  openHands: async () => hands,
  async grafanaToken() {
    tokensGiven += 1
    return 'of home'
  },
})

const open = (different: { endpoint?: string; url?: string } = {}) =>
  doors.openElsewhere(
    {
      ...{ stack: 'odin', url: grafana.url, endpoint: 'unix:///run/docker.sock' },
      ...{ engineId: 'NATV', containerId: 'c0ffee', ...different },
    },
    signal,
  )

test('a Grafana elsewhere is entered by the login of its own container, and home’s token stays here', async () => {
  const store = await open()
  expect(await store.list(signal)).toEqual([])
  store.close()
  expect(tokensGiven).toBe(0)
})

test('one with the database of home takes the token of home', async () => {
  grafana.token = 'of home'
  environment.clear()
  const store = await open()
  expect(await store.list(signal)).toEqual([])
  store.close()
})

test('over the network neither password nor token is sent in plain text', async () => {
  for (const endpoint of ['ssh://odin@elsewhere', 'tcp://192.0.2.1:2376']) {
    await expect(open({ endpoint })).rejects.toThrow(
      'It would have to be asked in plain text over the network.',
    )
  }
  await expect(open({ url: 'http://192.0.2.1:3000' })).rejects.toThrow('over the network')
  expect(tokensGiven).toBe(0)
})

test('nothing is sent to a port that is not that of its container', async () => {
  container = aContainer({ portsGot: [{ ...at(1), protocol: 'tcp' }] })
  await expect(open()).rejects.toThrow('is not that of its container any more')
  container = aContainer({ state: 'exited' })
  await expect(open()).rejects.toThrow('It does not run any more.')
  container = undefined
  await expect(open()).rejects.toThrow('It does not run any more.')
  expect([grafana.asked, tokensGiven]).toEqual([[], 0])
})

test('in the network of its machine nobody can tell who is at a port, so home’s token is not sent', async () => {
  grafana.token = 'of home'
  environment.clear()
  container = aContainer({ networkMode: 'host' })
  await expect(open()).rejects.toThrow('Its container was given no password to enter with.')
  expect([grafana.asked, tokensGiven]).toEqual([[], 0])
})

test('each way in that is shut is told by its own name', async () => {
  const either = ' It does not take the token of home either.'
  if (grafana.login) grafana.login.password = 'changed since'
  await expect(open()).rejects.toThrow(
    `It does not take the password that its container was given, which may have been changed there since.${either}`,
  )
  environment = new Map([[`${passwordName}__FILE`, '/run/secrets/grafana']])
  await expect(open()).rejects.toThrow(
    `The password of its container is in a file there, which is not read.${either}`,
  )
  environment.clear()
  await expect(open()).rejects.toThrow(
    `Its container was given no password to enter with.${either}`,
  )
})

test('what the engine or the connection says is not taken for a missing password', async () => {
  const broken = dashboardDoors({
    grafanaToken: async () => 'of home',
    openHands: async () => ({
      ...hands,
      environment: () => Promise.reject(new Error('The engine does not answer.')),
    }),
  })
  const place = { stack: 'odin', url: grafana.url, endpoint: 'unix:///s', engineId: 'NATV' }
  await expect(broken.openElsewhere({ ...place, containerId: 'c' }, signal)).rejects.toThrow(
    'The engine does not answer.',
  )
  await grafana.stop()
  await expect(open()).rejects.toThrow('Nobody answers for Grafana')
})
