import { execFile } from 'node:child_process'
import {
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { execute, planHash } from '../../../electron/act/executor.ts'
import { handsAt } from '../../../electron/adapters/docker/hands/hands-at.ts'
import { settleHere } from '../../../electron/backup/run/settle-here.ts'
import { pendingCleanups } from '../../../electron/backup/sources/engine/pending-cleanups.ts'
import { restorePlanner } from '../../../electron/sentinel/restore/plan-restore.ts'
import type { Container } from '../../../shared/domain/container.ts'
import type { Stack } from '../../../shared/domain/stack.ts'
import type { Plan } from '../../../shared/plan/plan.ts'
import type { RestoreIntent } from '../../../shared/plan/restore/matter.ts'
import { firstBackup } from '../../../shared/stack/stack-schema.ts'
import { aDockerDirectory } from '../../support/a-docker-directory.ts'
import { aSituation } from '../../support/a-situation.ts'
import {
  aContainer,
  anEngine,
  anEngineSight,
  anObservedState,
  aReading,
  aService,
  aStack,
} from '../../support/a-world.ts'
import { anEngineStandIn, type EngineStandIn, nameOf } from '../../support/an-engine-stand-in.ts'
import { type GrafanaStandIn, grafanaStandIn } from '../../support/grafana-stand-in.ts'
import { type VolumesStandIn, withVolumes } from '../../support/volumes-stand-in.ts'
import { type RestorePlace, restoreDoors, restoreOps, restoreTitle } from './restore-child.ts'
import { dockerPlaceOf } from './snapshot-doors.ts'
import { aDashboard, dashboardInWords } from './some-dashboards.ts'

// A stack that is not what it was: a volume has other content, another one is gone, one mounted
// file was changed and a directory with a file is missing; and where it has a Grafana, a dashboard
// was changed and another one is gone. A snapshot has all of it as it was.

export type RestoreWorld = {
  place: RestorePlace
  plan: Plan
  engine: EngineStandIn
  data: VolumesStandIn
  configFile: string
  /** All of it is again as it was made, or as it was when it was last kept. */
  reset(): Promise<void>
  /** Everything, and what is on record of operations, is from now on what `reset` brings back. */
  keep(): Promise<void>
  /** All that a restore may touch, beside a volume that was made and holds nothing. */
  look(): Promise<unknown>
  /** What a start of the app puts back of backups that were cut off. */
  sweep(): Promise<void>
  stop(): Promise<void>
}

const project = 'odin'
const run = promisify(execFile)
const then = new Date('2026-11-01T10:00:00Z')
const later = new Date('2026-11-20T10:00:00Z')

/** Made once; its snapshot is taken for good, and `reset` brings back what a restore has changed. */
export async function aRestoreWorld(
  root: string,
  { hasGrafana = false } = {},
): Promise<RestoreWorld> {
  const stackDirectory = join(root, 'odin')
  const configFile = join(stackDirectory, 'proxy.yml')
  const newRules = join(stackDirectory, 'rules/new.yml')
  const saved = join(root, 'saved')
  const changing = ['odin', 'volumes', 'repository', 'docker', 'state', 'xdg']
  const grafana = hasGrafana ? await aGrafana() : undefined
  await mkdir(join(stackDirectory, 'rules'), { recursive: true })
  const engine = await anEngineStandIn(join(root, 'e.sock'), 'HOME')
  await aDockerDirectory(join(root, 'docker'), { home: engine.endpoint }, '{}')
  const data = withVolumes(engine, join(root, 'volumes'))
  const dataDirectory = data.directoryOf('odin_data')
  const goneDirectory = data.directoryOf('odin_gone')

  await writeFile(configFile, '# then\n', { mode: 0o640 })
  await writeFile(newRules, '# rules\n', { mode: 0o644 })
  await writeFile(join(stackDirectory, 'docker-compose.yml'), 'services: {}\n')
  await mkdir(join(dataDirectory, 'sub/deep'), { recursive: true })
  await mkdir(goneDirectory)
  await write(join(dataDirectory, 'one'), 'one', then)
  await write(join(dataDirectory, 'sub/deep/two'), 'two'.repeat(40_000), then, 0o600)
  await write(join(dataDirectory, 'same'), 'same', then)
  await symlink('../one', join(dataDirectory, 'sub/link'))
  await write(join(goneDirectory, 'kept'), 'kept', then)
  const labels = { 'com.docker.compose.project': project }
  data.add({ Name: 'odin_data', Labels: labels })
  data.add({ Name: 'odin_gone', Labels: labels })

  engine.add({ project, service: 'proxy', state: 'running', mounted: configFile })
  engine.add({
    project,
    service: 'web',
    state: 'running',
    health: 'healthy',
    volumes: ['odin_data'],
  })
  engine.add({ project, service: 'cache', state: 'running', volumes: ['odin_gone', 'odin_data'] })
  engine.add({ project, service: 'idle', state: 'exited', volumes: ['odin_data'] })
  engine.add({ project, service: 'other', state: 'running' })
  const place = placeOf(root, engine, { configFile, stackDirectory, grafana })

  const { outcome, sentence, snapshot } = await restoreDoors(place).carryOut(
    { kind: 'backup', stack: place.stack, reason: 'manual' },
    () => {},
    new AbortController().signal,
  )
  if (outcome !== 'done' && outcome !== 'partial') throw new Error(sentence)

  await writeFile(configFile, '# now\n')
  await rm(join(stackDirectory, 'rules'), { recursive: true })
  await rm(goneDirectory, { recursive: true })
  data.forget('odin_gone')
  await write(join(dataDirectory, 'one'), 'changed', later, 0o600)
  await write(join(dataDirectory, 'new'), 'new', later)
  await rm(join(dataDirectory, 'sub'), { recursive: true })
  await write(join(dataDirectory, 'sub'), 'a file where a directory was', later)
  for (const one of engine.containers) if (one.mounted !== undefined) one.holds = '# now\n'
  if (grafana) grafana.dashboards = [aDashboard('gpu', 'Now'), aDashboard('mine', 'Mine')]
  await rm(join(root, 'xdg'), { recursive: true, force: true })
  await rm(place.stateDirectory, { recursive: true, force: true })

  let kept = await keep()
  async function keep() {
    await rm(saved, { recursive: true, force: true })
    await mkdir(saved)
    const there = (await readdir(root)).filter((one) => changing.includes(one))
    await run('cp', ['-a', ...there.map((one) => join(root, one)), saved])
    return {
      there,
      volumes: [...data.volumes.values()],
      dashboards: grafana?.dashboards ?? [],
      containers: engine.containers.map((one) => ({ ...one })),
    }
  }

  return {
    ...{ place, engine, data, configFile },
    plan: await planFor(place, {
      ...{ kind: 'restore', snapshot: snapshot ?? '' },
      ...(grafana && { only: ['config', 'volumes', 'dashboard:gpu', 'dashboard:heat'] }),
    }),
    async keep() {
      kept = await keep()
    },
    async reset() {
      const all = changing.map((one) => join(root, one))
      await Promise.all(all.map((one) => rm(one, { recursive: true, force: true })))
      await run('cp', ['-a', ...kept.there.map((one) => join(saved, one)), root])
      for (const name of data.volumes.keys()) data.forget(name)
      for (const volume of kept.volumes) data.add(volume)
      for (const helper of data.helpers()) data.forgetHelper(helper)
      if (grafana) grafana.dashboards = kept.dashboards
      engine.unhealthy.clear()
      engine.onRequest = () => {}
      engine.containers.splice(
        0,
        Number.POSITIVE_INFINITY,
        ...kept.containers.map((one) => ({ ...one })),
      )
    },
    async look() {
      const gone = await treeIn(goneDirectory)
      return {
        odin: await treeIn(stackDirectory, { isTimed: false }),
        data: await treeIn(dataDirectory),
        ...(gone.length > 1 && { gone }),
        containers: engine.containers.map(inWords),
        helpers: data.helpers(),
        ...(grafana && { dashboards: grafana.dashboards.map(dashboardInWords).sort() }),
      }
    },
    async sweep() {
      const pending = pendingCleanups(place.stateDirectory)
      const settled = await settleHere(pending, dockerPlaceOf(place), new AbortController().signal)
      const left = settled.filter(({ isDone }) => !isDone)
      if (left.length > 0) throw new Error(left.map(({ sentence }) => sentence).join(' '))
      await sweepOwn(place, data)
    },
    async stop() {
      await Promise.all([engine.stop(), grafana?.stop()])
    },
  }
}

/** All of it was put back; what is planned, and gone back to, is the undo of that. */
export async function anUndoWorld(root: string): Promise<RestoreWorld> {
  const world = await aRestoreWorld(root, { hasGrafana: true })
  const { place, plan } = world
  const { id, outcome, sentence } = await execute(
    { plan, hash: planHash(plan), title: restoreTitle },
    {
      ops: restoreOps(place),
      stateDirectory: place.stateDirectory,
      onProgress() {},
      signal: new AbortController().signal,
    },
  )
  if (outcome !== 'done') throw new Error(sentence)
  await world.sweep()
  await world.keep()
  return { ...world, plan: await planFor(place, { kind: 'undo-restore', operation: id }) }
}

const aGrafana = () =>
  grafanaStandIn({
    folders: new Map([['o', 'Odin']]),
    dashboards: [aDashboard('gpu', 'Then'), aDashboard('heat', 'Heat', 'o')],
  })

/** What this process has noted is its own for as long as it is there; a start would sweep it too. */
async function sweepOwn({ stateDirectory }: RestorePlace, data: VolumesStandIn): Promise<void> {
  const directory = join(stateDirectory, 'backup/pending')
  for (const name of await readdir(directory).catch(() => [])) {
    const { change } = JSON.parse(await readFile(join(directory, name), 'utf8'))
    data.forgetHelper(change.helper)
    await rm(join(directory, name))
  }
}

async function write(file: string, text: string, at: Date, mode = 0o644): Promise<void> {
  await rm(file, { force: true })
  await writeFile(file, text, { mode })
  await utimes(file, at, at)
}

const inWords = (one: EngineStandIn['containers'][number]): string =>
  [nameOf(one), one.policy, one.state, ...(one.state === 'running' ? [one.holds ?? ''] : [])].join(
    ' ',
  )

/** Everything below a directory, `.` too, with all that a restore answers for. */
async function treeIn(directory: string, { isTimed = true } = {}): Promise<string[]> {
  const names = await readdir(directory, { recursive: true }).catch(() => undefined)
  if (!names) return []
  const each = ['.', ...names].map(async (name) => {
    const path = join(directory, name)
    const is = await lstat(path)
    const { mode, uid, gid, mtimeMs } = is
    const known = `${name} ${uid}:${gid}`
    if (is.isSymbolicLink()) return `${known} -> ${await readlink(path)}`
    const modes = `${known} ${(mode & 0o7777).toString(8)}`
    if (is.isDirectory()) return `${modes} directory`
    const time = isTimed ? ` ${Math.floor(mtimeMs / 1000)}` : ''
    const content = await readFile(path, 'utf8')
    return `${modes}${time} ${content.length > 60 ? `${content.length} bytes` : content}`
  })
  return (await Promise.all(each)).sort()
}

function placeOf(
  root: string,
  { endpoint, id, containers }: EngineStandIn,
  {
    configFile,
    stackDirectory,
    grafana,
  }: { configFile: string; stackDirectory: string; grafana: GrafanaStandIn | undefined },
): RestorePlace {
  const services = [
    aService({ name: 'proxy', ports: [], config: [configFile, join(stackDirectory, 'rules')] }),
    ...['web', 'cache', 'idle', 'other'].map((name) => aService({ name, ports: [] })),
    ...(grafana ? [aService({ name: 'grafana', ports: [] })] : []),
  ]
  const stack: Stack = {
    ...aStack({
      ...(grafana && { monitoring: { urls: { grafana: grafana.url } } }),
      backup: { ...firstBackup, repository: join(root, 'repository') },
      home: { context: 'home', engineId: id, engineKind: 'native', endpoint },
    }),
    projects: [
      {
        name: project,
        workingDir: stackDirectory,
        starts: [{ files: [join(stackDirectory, 'docker-compose.yml')], envFiles: [], services }],
      },
    ],
  }
  const seen = containers.map(
    (one): Container =>
      aContainer({
        ...{ id: one.id, project, service: one.service, image: `example/${one.service}:1` },
        ...{ workingDir: stackDirectory, composeFiles: [], portsGot: [], portsWanted: [] },
        state: one.state === 'running' ? 'running' : 'exited',
        mounts: [
          ...one.volumes.map((source) => ({
            ...{ type: 'volume' as const, source, destination: `/${source}`, readOnly: false },
          })),
          ...(one.mounted === undefined
            ? []
            : [
                { source: one.mounted, destination: '/etc/p.yml' },
                { source: join(stackDirectory, 'rules'), destination: '/etc/rules' },
              ].map((one) => ({ ...one, type: 'bind' as const, readOnly: true }))),
        ],
      }),
  )
  return {
    ...{ root, endpoint, engineId: id, stack, containers: seen },
    stateDirectory: join(root, 'state'),
    repository: join(root, 'repository'),
    ...(grafana && { grafanaToken: grafana.token }),
  }
}

async function planFor(place: RestorePlace, intent: RestoreIntent): Promise<Plan> {
  const { endpoint, engineId, containers, stack } = place
  const doors = restoreDoors(place)
  const planned = await restorePlanner({
    openRepository: doors.open,
    openHands: handsAt(dockerPlaceOf(place)),
    countData: doors.countData,
    openDashboards: doors.openDashboards,
    ownFiles: () => [],
    stateDirectory: place.stateDirectory,
  })(
    aSituation({
      stack,
      observed: anObservedState({
        engines: [
          anEngineSight({
            ...{ endpoint, contexts: ['home'], engine: aReading(anEngine({ id: engineId })) },
            containers: aReading(containers),
          }),
        ],
      }),
    }),
    intent,
  )
  if (!planned.ok) throw new Error(planned.error.sentence)
  const { steps, ...plan } = planned.value
  // Nothing takes its time here, so that what does not come up is told at once.
  return {
    ...plan,
    steps: steps.map((step) => ('seconds' in step ? { ...step, seconds: 1 } : step)),
  }
}
