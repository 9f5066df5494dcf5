import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { hashOfDashboard } from '../../../electron/adapters/grafana/dashboard-content.ts'
import type { Container } from '../../../shared/domain/container.ts'
import type { DockerContexts } from '../../../shared/domain/docker-context.ts'
import type { Stack } from '../../../shared/domain/stack.ts'
import { containersOf } from '../../../shared/domain/whereabouts.ts'
import { planDashboards } from '../../../shared/plan/dashboards-away.ts'
import type { Plan } from '../../../shared/plan/plan.ts'
import { presentState } from '../../../shared/plan/present-state.ts'
import { planRecover } from '../../../shared/plan/recover.ts'
import { aDockerDirectory } from '../../support/a-docker-directory.ts'
import {
  aContainer,
  anEngine,
  anEngineSight,
  anObservedState,
  aReading,
  aService,
  aStack,
  noon,
} from '../../support/a-world.ts'
import { anEngineStandIn, type EngineStandIn, nameOf } from '../../support/an-engine-stand-in.ts'
import { type GrafanaStandIn, grafanaStandIn } from '../../support/grafana-stand-in.ts'
import type { SystemdStandIn, UnitStandIn } from '../../support/systemd-stand-in.ts'
import type { RecoveryPlace } from './recovery-child.ts'
import { aDashboard, dashboardInWords } from './some-dashboards.ts'

// The incident, small: the context was switched, two services run on the other engine and would
// come up with it again, a unit does the work of a third one, and two files are not what they were.
// Where it is all of it, a Grafana runs there as well, in which dashboards were edited, and the
// present state is kept first.

export type RecoveryWorld = {
  place: RecoveryPlace
  plan: Plan
  home: EngineStandIn
  stray: EngineStandIn
  units: Record<string, UnitStandIn>
  prometheusFile: string
  grafanaFile: string
  /** All that a recovery may touch; beside it only containers that were made and do not run. */
  look(): Promise<unknown>
  remove(): Promise<void>
}

const project = 'odin'
const before = { prometheus: '# drifted\n', grafana: '; drifted\n' }
const accepted = { prometheus: '# accepted\n', grafana: '; accepted\n' }
const config =
  '{\n\t"auths": { "registry.example": { "auth": "c2VjcmV0" } },\n\t"other": [1, 2.50]\n}\n'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** What compose does for us, for services that a compose file of JSON names. */
const composeStandIn = `#!${process.execPath}
const { readFileSync } = require('node:fs')
const { request } = require('node:http')
const words = process.argv.slice(2)
const after = (word) => words[words.indexOf(word) + 1]
const project = after('--project-name')
const { services, engine } = JSON.parse(readFileSync(after('-f'), 'utf8'))
const ask = (method, path, body) => new Promise((resolve, reject) => {
  const asked = request({ socketPath: engine, method, path }, (response) => {
    let text = ''
    response.on('data', (chunk) => { text += chunk })
    response.on('end', () => resolve(text === '' ? undefined : JSON.parse(text)))
  })
  asked.on('error', reject)
  asked.end(body && JSON.stringify(body))
})
async function up() {
  const wanted = words.slice(words.indexOf('--detach') + 1)
  for (const service of Object.keys(services).filter((name) => wanted.includes(name))) {
    const label = ['project=' + project, 'service=' + service].map((one) => 'com.docker.compose.' + one)
    const path = '/containers/json?all=1&filters=' + encodeURIComponent(JSON.stringify({ label }))
    const [found] = await ask('GET', path)
    const id = found ? found.Id : (await ask('POST', '/containers/create', { project, service, ...services[service] })).Id
    await ask('POST', '/containers/' + id + '/start')
    process.stderr.write('Container ' + service + ' Started\\n')
  }
}
up().catch((error) => { console.error(error.message); process.exit(1) })
`

let worlds = 0

/** A world of its own below `directory`, with units of its own on the shared stand-in. */
export async function aRecoveryWorld(
  directory: string,
  systemd: SystemdStandIn,
  bus: string,
  { isAll = false } = {},
): Promise<RecoveryWorld> {
  worlds += 1
  const number = worlds
  const root = join(directory, `w${number}`)
  const stackDirectory = join(root, 'odin')
  await mkdir(join(root, 'accepted'), { recursive: true })
  await mkdir(join(root, 'bin'))
  await mkdir(stackDirectory)
  const composeFile = join(stackDirectory, 'docker-compose.yml')
  const prometheusFile = join(stackDirectory, 'prometheus.yml')
  const grafanaFile = join(stackDirectory, 'grafana.ini')
  await writeFile(join(root, 'bin', 'docker'), composeStandIn, { mode: 0o755 })
  await writeFile(prometheusFile, before.prometheus, { mode: 0o640 })
  await writeFile(grafanaFile, before.grafana, { mode: 0o604 })
  for (const text of Object.values(accepted)) {
    await writeFile(join(root, 'accepted', sha256(text)), text)
  }

  const home = await anEngineStandIn(join(root, 'home.sock'), 'HOME')
  const stray = await anEngineStandIn(join(root, 'stray.sock'), 'STRAY')
  const services = {
    init: { oneShot: true, policy: 'no' },
    prometheus: { mounted: prometheusFile, health: 'healthy' },
    grafana: { mounted: grafanaFile },
    loki: {},
    'node-exporter': {},
  }
  const engine = home.endpoint.slice('unix://'.length)
  await writeFile(composeFile, JSON.stringify({ services, engine }), { mode: 0o644 })
  // Loki and the one that ends by itself have never been on this engine.
  home.add({
    project,
    service: 'prometheus',
    state: 'exited',
    mounted: prometheusFile,
    health: 'healthy',
  })
  home.add({ project, service: 'grafana', state: 'running', mounted: grafanaFile })
  home.add({ project, service: 'node-exporter', state: 'exited' })
  stray.add({ project, service: 'prometheus', state: 'running', policy: 'always' })
  stray.add({ project, service: 'loki', state: 'running', policy: 'always' })
  if (isAll) stray.add({ project, service: 'grafana', state: 'running', policy: 'always' })
  const grafanas = isAll ? await someGrafanas() : undefined
  const known = new Set([...home.containers, ...stray.containers])

  const contexts = { 'desktop-linux': home.endpoint }
  const dockerConfig = await aDockerDirectory(join(root, 'docker'), contexts, config)
  const names = [`node_exporter-${number}.service`, `gpu_exporter-${number}.service`] as const
  const units = {
    [names[0]]: systemd.add(names[0], { active: 'active', enablement: 'enabled' }),
    [names[1]]: systemd.add(names[1], { active: 'active', enablement: 'disabled' }),
  }
  const oneShot = ['init']
  const place: RecoveryPlace = {
    ...{ root, dockerConfig, bus, project, oneShot, units: names },
    stateDirectory: join(root, 'state'),
    repository: join(root, 'repository'),
    homeEndpoint: home.endpoint,
    strayEndpoint: stray.endpoint,
    services: Object.keys(services),
    stack: stackOf({ home, composeFile, services: Object.keys(services), oneShot }),
    grafanaToken: 'a-token',
  }

  return {
    ...{ place, home, stray, units, prometheusFile, grafanaFile },
    plan: planOf({ place, home, stray, prometheusFile, grafanaFile, grafanas }),
    async look() {
      return {
        odin: await filesIn(stackDirectory),
        docker: await filesIn(dockerConfig),
        home: home.containers
          .filter((one) => known.has(one) || one.state === 'running')
          .map(inWords)
          .sort(),
        stray: stray.containers.map(inWords).sort(),
        units: names.map((name) => ({ ...units[name] })),
        ...(grafanas && { dashboards: grafanas.home.dashboards.map(dashboardInWords).sort() }),
      }
    },
    async remove() {
      const all = [home, stray, ...(grafanas ? [grafanas.home, grafanas.stray] : [])]
      await Promise.all(all.map((one) => one.stop()))
      await rm(root, { recursive: true, force: true })
    },
  }
}

const inWords = (one: EngineStandIn['containers'][number]): string =>
  [
    ...[nameOf(one), one.policy, one.state],
    ...(one.state === 'running' ? [one.health, one.holds ?? ''] : []),
  ].join(' ')

/** Whole files with their modes; of directories their names alone. */
async function filesIn(directory: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    found[entry.name] = entry.isFile()
      ? `${((await stat(path)).mode & 0o7777).toString(8)} ${entry.name === 'docker-compose.yml' ? '' : await readFile(path, 'utf8')}`
      : 'directory'
  }
  return found
}

type Grafanas = { home: GrafanaStandIn; stray: GrafanaStandIn }

/** One was edited elsewhere, another one made there; home's are as they were when they parted. */
async function someGrafanas(): Promise<Grafanas> {
  const folders = new Map([['o', 'Odin']])
  const home = [aDashboard('gpu', 'Before'), aDashboard('mine', 'Mine')]
  const stray = [aDashboard('gpu', 'Edited'), aDashboard('heat', 'Heat', 'o')]
  return {
    home: await grafanaStandIn({ folders, dashboards: home }),
    stray: await grafanaStandIn({ folders, dashboards: stray }),
  }
}

function stackOf({
  home,
  composeFile,
  services,
  oneShot,
}: Pick<RecoveryPlace, 'services' | 'oneShot'> & {
  home: EngineStandIn
  composeFile: string
}): Stack {
  const { id: engineId, endpoint } = home
  return {
    ...aStack({
      home: { context: 'desktop-linux', engineId, engineKind: 'docker-desktop', endpoint },
    }),
    projects: [
      {
        name: project,
        workingDir: dirname(composeFile),
        starts: [
          {
            files: [composeFile],
            envFiles: [],
            services: services.map((name) => aService({ name, oneShot: oneShot.includes(name) })),
          },
        ],
      },
    ],
  }
}

type Sites = Pick<RecoveryWorld, 'place' | 'home' | 'stray' | 'prometheusFile' | 'grafanaFile'> & {
  grafanas: Grafanas | undefined
}

function planOf({ place, home, stray, prometheusFile, grafanaFile, grafanas }: Sites): Plan {
  const { stack } = place
  const observed = anObservedState({
    contexts: aReading<DockerContexts>({
      configDirectory: place.dockerConfig,
      configFile: {
        path: join(place.dockerConfig, 'config.json'),
        state: 'valid',
        modifiedAt: noon,
      },
      current: { name: 'default', source: 'default', endpoint: stray.endpoint, exists: true },
      environment: {},
      contexts: [
        { name: 'default', endpoint: stray.endpoint, tls: false },
        { name: 'desktop-linux', endpoint: home.endpoint, tls: false },
      ],
    }),
    engines: [sightOf(home, 'desktop-linux'), sightOf(stray, 'default')],
  })
  const drifted = (file: string, service: keyof typeof before) => ({
    file,
    source: { from: 'baseline' as const },
    sha256: sha256(accepted[service]),
    replaces: sha256(before[service]),
    usedBy: [{ project, service }],
  })
  const [enabled = '', disabled = ''] = place.units
  const planned = planRecover({
    observed,
    stack,
    intent: { kind: 'recover' },
    units: [
      { unit: enabled, scope: 'system', enabled: true, service: 'node-exporter' },
      { unit: disabled, scope: 'system', enabled: false, service: 'gpu-exporter' },
    ],
    files: [drifted(prometheusFile, 'prometheus'), drifted(grafanaFile, 'grafana')],
    lost: [],
    samples: { save: [], merge: [], left: [] },
    ...(grafanas && { dashboards: carriedFrom(stray, grafanas, stack) }),
    snapshot: grafanas ? [presentState(stack.name)] : [],
    monitored: true,
  })
  if (!planned.ok) throw new Error(planned.error.sentence)
  return inASecond(planned.value)
}

function carriedFrom(stray: EngineStandIn, grafanas: Grafanas, stack: Stack) {
  const sight = sightOf(stray, 'default')
  const container = containersOf(sight).find(({ service }) => service === 'grafana')
  if (!container) throw new Error('There is no Grafana elsewhere.')
  const of = ({ dashboards }: GrafanaStandIn, wanted: string) => {
    const found = dashboards.find(({ uid }) => uid === wanted)
    return found ? hashOfDashboard(found.dashboard) : null
  }
  const edited = grafanas.stray.dashboards.map(({ uid, dashboard: { title } }) => ({
    ...{ uid, title, isOlder: false },
    sha256: of(grafanas.stray, uid) ?? '',
    home: of(grafanas.home, uid),
  }))
  const away = { sight, engineId: stray.id, container, from: 'default' }
  const at = { url: grafanas.stray.url }
  return planDashboards(
    stack,
    [
      {
        away: { ...away, at, homeUrl: grafanas.home.url },
        found: { edited, unread: 0, isCompared: true },
      },
    ],
    true,
  )
}

/** Nothing takes its time here, so that what does not come up is told at once. */
const inASecond = (plan: Plan): Plan => ({
  ...plan,
  steps: plan.steps.map((step) => ('seconds' in step ? { ...step, seconds: 1 } : step)),
})

const sightOf = ({ endpoint, id, containers }: EngineStandIn, context: string) =>
  anEngineSight({
    endpoint,
    contexts: [context],
    engine: aReading(anEngine({ id })),
    containers: aReading(
      containers.map(
        (one): Container =>
          aContainer({
            ...{ id: one.id, project, service: one.service, restartPolicy: one.policy },
            state: one.state === 'running' ? 'running' : 'exited',
          }),
      ),
    ),
  })
