import type { Backups, IncidentChange, Sentinel } from '../../electron/sentinel/surface.ts'
import type {
  Mirror,
  OperationView,
  PlanProposal,
  UndoableView,
} from '../../shared/ipc/contract.ts'
import type { FileChanges } from '../../shared/ipc/file-changes.ts'
import type { MonitoringView } from '../../shared/ipc/monitoring-view.ts'
import type { Simulation } from '../../shared/ipc/simulation-view.ts'
import type { EngineView, IncidentView, StatusView } from '../../shared/ipc/status.ts'
import { recoveredDifferences, recoverPlan, recoverPlanFrom } from '../support/a-recovery.ts'
import { type FakeBackups, fakeBackups } from '../support/fake-backups.ts'
import { type FakeRecovery, fakeRecovery } from '../support/fake-recovery.ts'

// Takes the place of electron/guard.ts in the app under test: a loop that believes what the
// test tells it. Windows, tray, notifications and IPC around it are the real ones.

export type World = 'fine' | 'switched' | 'warned' | 'blind'

/** What a test may do inside the app's main process, as `globalThis.fakeGuard`. */
export type FakeGuard = {
  become(world: World): void
  /** Publishes the mirror once more, with a higher revision. */
  tick(): number
  /** From now on somebody keeps backups of the stack. */
  keepBackups(holds: 'some' | 'none'): FakeBackups
  /** What goes on in them, once they are kept. */
  kept?: FakeBackups
  calls: string[]
  stopped: boolean
  refuses: boolean
  /** What is seen beyond the containers, and what differs in each file. */
  seen: MonitoringView | null
  changes: FileChanges | null
  recovery: FakeRecovery
  /** The incident is one that a recovery cures. */
  recovers: boolean
  undoable: UndoableView[]
  /** What would break elsewhere; without it there is no other engine. */
  foreseen: Simulation | null
}

const since = '2026-11-23T12:00:00.000Z'
const hash = 'a'.repeat(64)

const engine = (name: string, context: string, current: boolean, home: boolean): EngineView => ({
  engineId: `${name}-id`,
  kind: name === 'docker-desktop' ? 'docker-desktop' : 'native',
  name,
  version: '28.2.2',
  endpoint: `unix:///${name}.sock`,
  contexts: [context],
  answers: true,
  failure: null,
  home,
  current,
})

const incident: IncidentView = {
  id: 'CONTEXT_SWITCHED@context:current/1',
  cause: 'CONTEXT_SWITCHED',
  severity: 'critical',
  status: 'firing',
  sentence:
    'Docker context is default, expected desktop-linux; 14 of 14 services are out of sight.',
  since,
  findings: ['CONTEXT_SWITCHED@context:current'],
  remedy: { kind: 'plan', intent: { kind: 'switch-back' }, label: 'Switch back' },
}

function statusOf(world: World, snoozedUntil: string | undefined, recovers: boolean): StatusView {
  const switched = world === 'switched'
  const current = switched ? 'default' : 'desktop-linux'
  const place = {
    context: 'desktop-linux',
    engineId: 'docker-desktop-id',
    state: 'running',
  } as const
  const base = {
    at: since,
    stack: 'odin_lab',
    stackFile: '/home/ada/.config/odin-sentinel/stack.yaml',
    home: { context: 'desktop-linux', source: 'stack file', engineId: 'docker-desktop-id' },
    current: { context: current, source: 'config.json', engineId: `${current}-id` },
    engines: [
      engine('docker-desktop', 'desktop-linux', !switched, true),
      engine('native', 'default', switched, false),
    ],
    services: ['prometheus', 'grafana', 'node-exporter'].map((name) => ({
      name,
      project: 'odin',
      places: [{ ...place, container: `odin-${name}-1`, health: 'healthy' as const }],
    })),
    findings: [],
    incidents: [],
  } satisfies Partial<StatusView>
  if (world === 'fine') {
    return { ...base, health: 'ok', sentence: 'Context is desktop-linux and all 3 services run.' }
  }
  if (world === 'warned') {
    return { ...base, health: 'warning', sentence: 'Service grafana is unhealthy.' }
  }
  if (world === 'blind') {
    return { ...base, health: 'unknown', sentence: 'The Docker configuration cannot be read.' }
  }
  return {
    ...base,
    health: 'critical',
    sentence: incident.sentence,
    findings: [
      {
        code: 'CONTEXT_SWITCHED',
        severity: 'critical',
        status: 'firing',
        subject: 'context:current',
        sentence: 'Docker context is default, expected desktop-linux.',
        evidence: { cause: '<b>docker context use</b> & config.json', 'out of sight': '14 of 14' },
        remedy: incident.remedy,
        since,
      },
    ],
    incidents: [
      { ...incident, ...(recovers && { recovers }), ...(snoozedUntil && { snoozedUntil }) },
    ],
  }
}

/** It puts data back, so it is said yes to by a name. */
const restorePlan = (kind: 'restore' | 'undo-restore'): PlanProposal => ({
  kind: 'plan',
  hash,
  title: kind === 'restore' ? 'Restore odin_lab from a backup' : 'Undo the restore',
  steps: [
    {
      kind: 'CheckSnapshot',
      what: 'read what is needed of the snapshot to its last byte',
      cause: 'nothing is touched before all of it is known to be sound',
      about: 'checks',
    },
    {
      kind: 'RestoreVolume',
      what: 'put volume odin_lab_prometheus back as in the snapshot',
      cause: 'it is not what the snapshot holds',
      about: 'data',
    },
  ],
  warnings: ['Samples since 14 November would be kept in a snapshot alone.'],
  confirmWith: 'odin_lab',
})

export async function openGuard(): Promise<Sentinel> {
  let world: World = 'fine'
  let revision = 1
  let operation: OperationView | null = null
  let movingUntil: string | null = null
  let snoozedUntil: string | undefined
  let trayHost: Mirror['trayHost'] = 'unknown'
  const mirrors = new Set<(mirror: Mirror) => void>()
  const incidents = new Set<(change: IncidentChange) => void>()

  const mirror = (): Mirror => ({
    revision,
    demo: false,
    stacks: [statusOf(world, snoozedUntil, fake.recovers)],
    operation: fake.recovery.operation ?? operation,
    ...(fake.recovery.waiting.length > 0 && { openOperations: fake.recovery.waiting }),
    movingUntil,
    countdown: null,
    trayHost,
    timeline: [],
    ...(fake.kept && { backups: fake.kept.mirror() }),
  })

  const fake: FakeGuard = {
    calls: [],
    stopped: false,
    refuses: false,
    seen: null,
    changes: null,
    recovers: false,
    undoable: [],
    foreseen: null,
    recovery: fakeRecovery(() => fake.tick()),
    become(next) {
      const before = world
      world = next
      // As in the real loop: what has changed first, then the mirror.
      if (before !== 'switched' && next === 'switched') tell('opened', incident)
      if (before === 'switched' && next !== 'switched') {
        tell('resolved', {
          ...incident,
          status: 'resolved',
          resolvedAt: '2026-11-23T12:03:00.000Z',
        })
      }
      fake.tick()
    },
    tick() {
      revision++
      for (const listener of mirrors) listener(mirror())
      return revision
    },
    keepBackups(holds) {
      const kept = fakeBackups({ holds, changed: fake.tick })
      fake.kept = kept
      Object.assign(sentinel, { backups: kept.backups satisfies Backups })
      fake.tick()
      return kept
    },
  }
  Object.assign(globalThis, { fakeGuard: fake })

  function tell(change: IncidentChange['change'], about: IncidentView): void {
    for (const listener of incidents) listener({ stack: 'odin_lab', incident: about, change })
  }

  function subscribe<L>(to: Set<L>, listener: L): () => void {
    to.add(listener)
    return () => void to.delete(listener)
  }

  const sentinel: Sentinel = {
    async start() {
      fake.tick()
    },
    async stop() {
      fake.stopped = true
    },
    async lookAgain() {
      fake.calls.push('lookAgain')
    },
    mirror,
    observed() {
      throw new Error('the fake guard observes nothing')
    },
    monitoring: () => fake.seen,
    async changes(stack, path) {
      fake.calls.push(`changes ${stack} ${path}`)
      if (fake.changes?.path !== path) throw new Error(`${path} is no file of ${stack}.`)
      return fake.changes
    },
    async acceptBaseline(stack) {
      fake.calls.push(`accept ${stack}`)
    },
    report: async () => '# Incident report\n',
    timeline: () => [],
    onMirror: (listener) => subscribe(mirrors, listener),
    onIncident: (listener) => subscribe(incidents, listener),
    onLine: () => () => {},
    async propose(stack, intent) {
      fake.calls.push(`propose ${stack} ${JSON.stringify(intent)}`)
      if (fake.refuses) {
        return {
          kind: 'refusal',
          code: 'CONTEXT_PINNED_BY_ENV',
          sentence: 'DOCKER_HOST decides.',
          nextStep: 'Unset it.',
        }
      }
      if (intent.kind === 'recover') return recoverPlanFrom(intent.filesFrom ?? 'accepted')
      if (intent.kind === 'restore' || intent.kind === 'undo-restore') {
        return restorePlan(intent.kind)
      }
      const cause = 'the stack lives on desktop-linux'
      return {
        kind: 'plan',
        hash,
        title: 'Switch back to desktop-linux',
        steps: [{ kind: 'SelectContext', what: 'set the Docker context', cause }],
        warnings: [],
      }
    },
    async differences(wanted, files) {
      fake.calls.push(`differences ${wanted.slice(0, 4)}`)
      return recoveredDifferences.filter(({ path }) => files.includes(path))
    },
    async simulate(stack, context) {
      fake.calls.push(`simulate ${stack} ${context}`)
      if (!fake.foreseen) throw new Error('There is no other engine.')
      return { ...fake.foreseen, context }
    },
    stackInForce: () => undefined,
    pastOperations: async () => [],
    undoable: async () => fake.undoable,
    openOperations: async () => fake.recovery.waiting,
    async settle(id, direction) {
      fake.calls.push(`settle ${id} ${direction}`)
      return fake.recovery.settle(id, direction)
    },
    async execute(wanted) {
      fake.calls.push(`execute ${wanted.slice(0, 4)}`)
      if (wanted === recoverPlan.hash) return fake.recovery.begin()
      if (wanted !== hash) throw new Error('That plan is not known any more.')
      operation = {
        id: '1',
        title: 'Switch back to desktop-linux',
        stack: 'odin_lab',
        startedAt: since,
        finishedAt: since,
        outcome: 'done',
        sentence: 'Docker context is desktop-linux again.',
        steps: [],
      }
      fake.become('fine')
      return operation
    },
    cancel() {
      fake.calls.push('cancel')
      fake.recovery.cancel()
    },
    async snooze(id, until) {
      fake.calls.push(`snooze ${id} ${until}`)
      snoozedUntil = until === 'off' ? undefined : '2099-01-01T00:00:00.000Z'
      tell('updated', snoozedUntil ? { ...incident, snoozedUntil } : incident)
      fake.tick()
    },
    async moveOnPurpose(hours) {
      fake.calls.push(`move ${hours}`)
      movingUntil = hours === 0 ? null : '2099-01-01T00:00:00.000Z'
      fake.tick()
    },
    cancelCountdown() {
      fake.calls.push('cancelCountdown')
    },
    async adopt() {
      throw new Error('There is nothing to adopt here.')
    },
    setTrayHost(state) {
      trayHost = state
      fake.tick()
    },
  }
  return sentinel
}

export function openDemo(): never {
  throw new Error('This app has no demo world in it.')
}
