import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execute, planHash } from '../../../electron/act/executor.ts'
import { opsFor } from '../../../electron/act/ops/all-ops.ts'
import type { OpenHands } from '../../../electron/act/ops/with-engine.ts'
import type { Ops } from '../../../electron/act/ops.ts'
import { dashboardStore } from '../../../electron/adapters/grafana/dashboard-store.ts'
import { connectSystemBus } from '../../../electron/adapters/session-bus/session-bus.ts'
import { unitControl } from '../../../electron/adapters/systemd/unit-control.ts'
import type { Gather } from '../../../electron/backup/run/gathered.ts'
import { configurationSource } from '../../../electron/backup/sources/host/configuration.ts'
import { dockerDeeds } from '../../../electron/sentinel/docker-deeds.ts'
import type { Plan } from '../../../shared/plan/plan.ts'
import { countedCalls } from './killing-calls.ts'
import { type Death, killingJournal } from './killing-journal.ts'
import { type SnapshotPlace, snapshotDoors } from './snapshot-doors.ts'

// A process of its own that carries out a recovery, and kills itself at one moment.

/** Where everything is that a recovery touches. */
export type RecoveryPlace = SnapshotPlace & {
  dockerConfig: string
  stateDirectory: string
  /** Of the stand-in for systemd. */
  bus: string
  homeEndpoint: string
  strayEndpoint: string
  project: string
  services: readonly string[]
  oneShot: readonly string[]
  units: readonly string[]
  /** Of every Grafana here. */
  grafanaToken: string
}

export type ChildOrder = Death & {
  place: RecoveryPlace
  plan: Plan
}

const notPartOfIt = () => Promise.reject(new Error('No step of this recovery asks for this.'))

/** What a person wrote; the machine's own part is looked at where there is a machine. */
const gatherFrom =
  ({ stack }: RecoveryPlace): Gather =>
  async () => ({
    sources: [configurationSource({ stack, containers: [], env: {} })],
    engine: null,
    images: async () => ({}),
    gaps: [],
    close: async () => {},
  })

/** The snapshots that a recovery takes. */
export const recoverySnapshots = (place: RecoveryPlace) => snapshotDoors(place, gatherFrom(place))

/** The ops of the app, but for the places that it finds in its own environment. */
export function recoveryOps(place: RecoveryPlace): Ops {
  const env = {
    ...process.env,
    DOCKER_CONFIG: place.dockerConfig,
    DBUS_SYSTEM_BUS_ADDRESS: place.bus,
    PATH: `${join(place.root, 'bin')}:${process.env['PATH']}`,
  }
  const deeds = dockerDeeds({
    env,
    homeDirectory: place.root,
    defaultEndpoint: place.strayEndpoint,
  })
  const unitsOf = (scope: 'system' | 'user') => unitControl(scope, () => connectSystemBus(env))
  const { grafanaToken: token } = place
  return opsFor({
    ...deeds,
    ...recoverySnapshots(place),
    unitsOf,
    userUnits: unitsOf('user'),
    homeIn: () => {
      throw new Error('No step of this recovery asks for this.')
    },
    acceptHome: (text) => text,
    askPrometheus: notPartOfIt,
    openDashboards: async (_stack, url) => dashboardStore({ url, token }),
    openElsewhere: async ({ url }) => dashboardStore({ url, token }),
    contentOf: ({ sha256 }) => readFile(join(place.root, 'accepted', sha256)),
    stackProblems: (_stack, signal) => problemsIn(place, deeds.openHands, unitsOf, signal),
  })
}

async function problemsIn(
  { project, services, oneShot, units, homeEndpoint, strayEndpoint }: RecoveryPlace,
  openHands: OpenHands,
  unitsOf: (scope: 'system') => ReturnType<typeof unitControl>,
  signal: AbortSignal,
): Promise<string[]> {
  const problems: string[] = []
  for (const [endpoint, isHome] of [
    [homeEndpoint, true],
    [strayEndpoint, false],
  ] as const) {
    const hands = await openHands(endpoint)
    try {
      for (const service of services) {
        const all = await hands.containersOf(project, service, signal)
        const runs = all.some(({ state }) => state === 'running')
        const isExpected = isHome && !oneShot.includes(service)
        if (runs !== isExpected) problems.push(`${service} runs at ${endpoint}: ${runs}.`)
      }
    } finally {
      hands.close()
    }
  }
  for (const unit of units) {
    const { active } = await unitsOf('system').state(unit, signal)
    if (active !== 'inactive') problems.push(`${unit} is ${active}.`)
  }
  return problems
}

export const recoveryTitle = 'Recover odin'

if (import.meta.main) {
  const order: ChildOrder = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8'))
  const { plan, place } = order
  const calls = countedCalls(order.call)
  const view = await execute(
    { plan, hash: planHash(plan), title: recoveryTitle },
    {
      ops: recoveryOps(place),
      stateDirectory: place.stateDirectory,
      onProgress() {},
      signal: new AbortController().signal,
      openJournal: killingJournal(order),
    },
  )
  console.log(view.outcome, view.sentence, JSON.stringify(calls))
}
