import { readFile } from 'node:fs/promises'
import { execute, planHash } from '../../../electron/act/executor.ts'
import { opsFor } from '../../../electron/act/ops/all-ops.ts'
import type { OpenDashboards } from '../../../electron/act/ops/dashboards/dashboard-place.ts'
import type { Ops } from '../../../electron/act/ops.ts'
import { handsAt } from '../../../electron/adapters/docker/hands/hands-at.ts'
import { dashboardStore } from '../../../electron/adapters/grafana/dashboard-store.ts'
import type { Gather } from '../../../electron/backup/run/gathered.ts'
import { engineSources } from '../../../electron/backup/sources/engine/engine-sources.ts'
import { pendingCleanups } from '../../../electron/backup/sources/engine/pending-cleanups.ts'
import { configurationSource } from '../../../electron/backup/sources/host/configuration.ts'
import type { Container } from '../../../shared/domain/container.ts'
import type { Plan } from '../../../shared/plan/plan.ts'
import { countedCalls } from './killing-calls.ts'
import { type Death, killingJournal } from './killing-journal.ts'
import { dockerPlaceOf, type SnapshotPlace, snapshotDoors } from './snapshot-doors.ts'

// A process of its own that carries out a restore, and kills itself at one moment.

/** Where everything is that a restore touches. Plain values. */
export type RestorePlace = SnapshotPlace & {
  stateDirectory: string
  endpoint: string
  engineId: string
  containers: readonly Container[]
  /** Of the stack's Grafana, where it has one. */
  grafanaToken?: string
}

export type RestoreOrder = Death & { place: RestorePlace; plan: Plan }

const nothing = () => Promise.reject(new Error('No step of this restore asks for this.'))

/** The configuration, the volumes of the stand-in, and what its Grafana exports. */
function gatherFrom(place: RestorePlace): Gather {
  const { engineId, endpoint, stack, containers, stateDirectory } = place
  return async (_order, signal) => {
    const hands = await handsAt(dockerPlaceOf(place))(endpoint)
    const engine = { id: engineId, context: stack.home.context, endpoint }
    const parts = { hands, engine, pending: pendingCleanups(stateDirectory) }
    const volumes = await hands.volumes(signal)
    const grafanaToken = async () => place.grafanaToken
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
}

export function restoreDoors(place: RestorePlace) {
  const { grafanaToken: token } = place
  const openDashboards: OpenDashboards = async (_stack, url) => {
    if (token !== undefined) return dashboardStore({ url, token })
    throw new Error('There is no Grafana here.')
  }
  return { ...snapshotDoors(place, gatherFrom(place)), openDashboards }
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
  const calls = countedCalls(order.call)
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
  console.log(view.outcome, view.sentence, JSON.stringify(calls))
}
