import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Mount } from '../../../../shared/domain/container.ts'
import type { BackupChoices } from '../../../../shared/domain/stack.ts'
import { aService, aStack } from '../../../../test/support/a-world.ts'
import { aSocketPath, removeSocketDirectory } from '../../../../test/support/unix-server.ts'
import { connectHands } from '../../../adapters/docker/hands/connect-hands.ts'
import type { EngineHands, EngineVolume } from '../../../adapters/docker/hands/engine-hands.ts'
import { composeContainer } from '../../../demo/container-spec.ts'
import { nativeIdentity } from '../../../demo/engine-identity.ts'
import { type SmallEngine, smallEngine } from '../../../demo/small-engine.ts'
import { engineSources } from './engine-sources.ts'
import { pendingCleanups } from './pending-cleanups.ts'

let state: string
let engine: SmallEngine
let hands: EngineHands

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'sources-'))
  const socketPath = await aSocketPath()
  engine = smallEngine({ socketPath, identity: nativeIdentity() })
  await engine.start()
  hands = connectHands({ kind: 'unix', endpoint: engine.endpoint, path: socketPath })
})
afterEach(async () => {
  hands.close()
  await engine.stop()
  await removeSocketDirectory(engine.socketPath)
  await rm(state, { recursive: true })
})

const images: Readonly<Record<string, string>> = {
  prometheus: 'prom/prometheus:v3',
  alertmanager: 'prom/alertmanager:v0.28',
  grafana: 'grafana/grafana:12',
  loki: 'grafana/loki:3',
  database: 'postgres:17',
}
const named = (source: string, destination: string): Mount => ({
  ...{ type: 'volume', source, destination, readOnly: false },
})
const bound = (source: string, destination: string): Mount => ({
  ...{ type: 'bind', source, destination, readOnly: false },
})
const volume = (name: string, labels: Record<string, string> = {}): EngineVolume => ({
  ...{ name, labels, driver: 'local', options: {}, createdAt: '' },
})

const backup: BackupChoices = {
  ...{ schedule: [], mayStop: [], withoutVolumes: [], recipients: [], onBattery: false },
  keep: { last: 1, hourly: 0, daily: 0, weekly: 0, monthly: 0 },
  ...{ afterResumeSeconds: 0, beforePlans: true, duringPlans: false },
}

async function sourcesOf(
  services: Readonly<Record<string, readonly Mount[]>>,
  choices: { without?: string[]; volumes?: EngineVolume[] } = {},
) {
  for (const [service, mounts] of Object.entries(services)) {
    const command = ['/bin/prometheus', '--storage.tsdb.path=/prometheus/data']
    engine.addContainer(
      composeContainer({
        ...{ project: 'odin', service, image: images[service] ?? '', mounts, command },
        ...{ workingDir: '/srv', composeFile: '/srv/compose.yml' },
      }),
    )
  }
  const stack = aStack({
    services: Object.keys(services).map((name) => aService({ name, image: images[name] ?? '' })),
    backup: { ...backup, withoutVolumes: choices.without ?? [] },
  })
  const containers = await Promise.all(
    Object.keys(services).map(async (name) => (await hands.containersOf('odin', name))[0]),
  )
  const noted = { id: engine.identity.id, context: 'default', endpoint: engine.endpoint }
  const sources = await engineSources(
    stack,
    containers.filter((one) => one !== undefined),
    {
      ...{ hands, pending: pendingCleanups(state), engine: noted, volumes: choices.volumes ?? [] },
      grafanaToken: async () => undefined,
    },
  )
  return sources.map(({ id, kind, title, packing }) => `${id} | ${kind} | ${title} | ${packing}`)
}

test('each program comes in its own way, and its volume as what it is', async () => {
  expect(
    await sourcesOf({
      prometheus: [named('odin_prometheus', '/prometheus'), bound('/srv/p.yml', '/etc/p.yml')],
      alertmanager: [named('odin_alertmanager', '/alertmanager')],
      grafana: [named('odin_grafana', '/var/lib/grafana')],
      loki: [named('odin_loki', '/loki')],
      database: [named('odin_database', '/var/lib/postgresql/data')],
    }),
  ).toEqual([
    'prometheus:odin/prometheus | prometheus | Prometheus data of odin/prometheus | whole-directories',
    'alertmanager:odin/alertmanager | alertmanager | Silences of odin/alertmanager | new-files',
    'grafana:odin/grafana | grafana | Grafana objects of odin/grafana | new-files',
    'volume:odin_alertmanager | alertmanager | Alertmanager data of odin/alertmanager | new-files',
    'volume:odin_database | volume | volume odin_database | new-files',
    'volume:odin_grafana | volume | Grafana data of odin/grafana | new-files',
    'volume:odin_loki | loki | Loki data of odin/loki | new-files',
  ])
})

test('data that is bind-mounted is read on the host, but for a snapshot of Prometheus', async () => {
  expect(
    await sourcesOf({
      prometheus: [bound('/srv/prometheus', '/prometheus')],
      loki: [bound('/srv/loki', '/loki')],
    }),
  ).toEqual([
    'prometheus:odin/prometheus | prometheus | Prometheus data of odin/prometheus | whole-directories',
  ])
})

test('volumes of the project that nothing has mounted come too, those of others do not', async () => {
  const project = { 'com.docker.compose.project': 'odin' }
  const volumes = [volume('odin_old', project), volume('theirs', { x: 'y' })]
  expect(await sourcesOf({}, { volumes })).toEqual([
    'volume:odin_old | volume | volume odin_old | new-files',
  ])
})

test('what is left out is left out by either name, and Prometheus with its volume', async () => {
  const volumes = [
    volume('odin_cache', {
      'com.docker.compose.project': 'odin',
      'com.docker.compose.volume': 'cache',
    }),
    volume('odin_prometheus', { 'com.docker.compose.project': 'odin' }),
  ]
  const services = {
    prometheus: [named('odin_prometheus', '/prometheus')],
    database: [named('odin_cache', '/cache'), named('odin.database', '/data')],
  }
  expect(
    await sourcesOf(services, { volumes, without: ['ca?he', '*_prom*', 'odinXdatabase'] }),
  ).toEqual(['volume:odin.database | volume | volume odin.database | new-files'])
})
