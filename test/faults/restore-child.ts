import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execute, planHash } from '../../electron/act/executor.ts'
import { opsFor } from '../../electron/act/ops/all-ops.ts'
import type { Ops } from '../../electron/act/ops.ts'
import type { DockerPlace } from '../../electron/adapters/docker/config-file.ts'
import { handsAt } from '../../electron/adapters/docker/hands/hands-at.ts'
import type { RunOrder } from '../../electron/backup/order.ts'
import { forkDoor } from '../../electron/backup/process/fork-door.ts'
import { runElsewhere } from '../../electron/backup/process/run-elsewhere.ts'
import {
  createRepository,
  isRepository,
  openRepository,
} from '../../electron/backup/repository/open-repository.ts'
import type { Gather } from '../../electron/backup/run/gathered.ts'
import { orderRunner } from '../../electron/backup/run-order.ts'
import { engineSources } from '../../electron/backup/sources/engine/engine-sources.ts'
import { pendingCleanups } from '../../electron/backup/sources/engine/pending-cleanups.ts'
import { configurationSource } from '../../electron/backup/sources/host/configuration.ts'
import { restoreDoorsHere } from '../../electron/sentinel/restore/restore-doors-here.ts'
import type { Container } from '../../shared/domain/container.ts'
import type { Stack } from '../../shared/domain/stack.ts'
import type { Plan } from '../../shared/plan/plan.ts'
import { type Death, killingJournal } from './killing-journal.ts'

// A process of its own that carries out a restore, and kills itself at one moment.

/** Where everything is that a restore touches. Plain values. */
export type RestorePlace = {
  root: string
  stateDirectory: string
  repository: string
  endpoint: string
  engineId: string
  stack: Stack
  containers: readonly Container[]
  /** The program that works on data, where that is done in a process of its own. */
  elsewhere?: string
}

export type RestoreOrder = Death & { place: RestorePlace; plan: Plan }

export const dockerPlaceOf = ({ root }: Pick<RestorePlace, 'root'>): DockerPlace => ({
  env: {
    PATH: process.env['PATH'],
    DOCKER_CONFIG: join(root, 'docker'),
    XDG_STATE_HOME: join(root, 'xdg'),
    XDG_CACHE_HOME: join(root, 'xdg'),
    XDG_DATA_HOME: join(root, 'xdg'),
  },
  homeDirectory: root,
})

const nothing = () => Promise.reject(new Error('No step of this restore asks for this.'))

/** Orders carried out here, with the configuration and the volumes of the stand-in. */
function ordersHere(place: RestorePlace): RunOrder {
  const { repository, engineId, endpoint, stack, containers } = place
  const openHands = handsAt(dockerPlaceOf(place))
  const gather: Gather = async (_order, signal) => {
    const hands = await openHands(endpoint)
    const engine = { id: engineId, context: stack.home.context, endpoint }
    const parts = { hands, engine, pending: pendingCleanups(place.stateDirectory) }
    const volumes = await hands.volumes(signal)
    const grafanaToken = async () => undefined
    return {
      sources: [
        configurationSource({ stack, containers, env: {} }),
        ...(await engineSources(stack, containers, { ...parts, volumes, grafanaToken }, signal)),
      ],
      engine: { ...engine, kind: 'native', version: '26.1.5' },
      images: async () => ({}),
      gaps: [],
      close: async () => hands.close(),
    }
  }
  return orderRunner({
    openRepository: async () =>
      (await isRepository(repository)) ? openRepository(repository, { recipients: [] }) : undefined,
    createRepository: () => createRepository(repository, { recipients: [] }),
    ...{ gather, openHands, drill: nothing, secondCopy: nothing },
    keepAwake: () => () => {},
    ...{ machine: 'odin', version: '1.2.3', now: Date.now },
  })
}

/** The doors of the app, but that only data is worked on elsewhere, and that only where it is said. */
export function restoreDoors(place: RestorePlace) {
  const here = ordersHere(place)
  const { elsewhere, repository } = place
  const apart =
    elsewhere === undefined
      ? here
      : runElsewhere({
          door: forkDoor(elsewhere, dockerPlaceOf(place).env),
          secretsOf: async () => ({}),
          version: '1.2.3',
        })
  const carryOut: RunOrder = (order, onProgress, signal) =>
    (order.kind === 'restore' ? apart : here)(order, onProgress, signal)
  const open = () => openRepository(repository, { recipients: [] })
  return {
    carryOut,
    open,
    ...restoreDoorsHere({
      backups: { carryOut, open },
      inForce: () => [{ file: join(place.root, 'stack.yaml'), stack: place.stack }],
    }),
  }
}

export function restoreOps(place: RestorePlace): Ops {
  const doors = restoreDoors(place)
  return opsFor({
    ...doors,
    openHands: handsAt(dockerPlaceOf(place)),
    contentOf: ({ source }, signal) =>
      source.from === 'snapshot' ? doors.fromSnapshot(source, signal) : nothing(),
    selectContext: nothing,
    configuredContext: nothing,
    engineIdAt: nothing,
    composeUp: nothing,
    composeRunning: nothing,
    stackProblems: nothing,
    askPrometheus: nothing,
    openDashboards: nothing,
    openElsewhere: nothing,
    acceptHome: (text) => text,
    homeIn: () => {
      throw new Error('No step of this restore asks for this.')
    },
    userUnits: { state: nothing, start: nothing },
    unitsOf: () => ({
      ...{ state: nothing, start: nothing, stop: nothing, enable: nothing, disable: nothing },
    }),
  })
}

export const restoreTitle = 'Restore odin'

if (import.meta.main) {
  const order: RestoreOrder = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8'))
  const { plan, place } = order
  const view = await execute(
    { plan, hash: planHash(plan), title: restoreTitle },
    {
      ops: restoreOps(place),
      stateDirectory: place.stateDirectory,
      onProgress() {},
      signal: new AbortController().signal,
      openJournal: killingJournal(order),
    },
  )
  console.log(view.outcome, view.sentence)
}
