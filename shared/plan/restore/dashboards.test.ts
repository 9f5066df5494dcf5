import { expect, test } from 'vitest'
import { anObservedState, aStack, noon } from '../../../test/support/a-world.ts'
import { shortId } from '../../domain/short-id.ts'
import type { Manifest, SnapshotComponent, SnapshotFile } from '../../domain/snapshot.ts'
import { describeStep } from '../plan.ts'
import { faceOfStep } from '../plan-face.ts'
import { type DashboardSight, dashboardUid, type SeenDashboard } from './dashboard-parts.ts'
import type { RestoreMatter } from './matter.ts'
import { planRestore } from './restore.ts'
import { select } from './selection.ts'

const exported: SnapshotComponent = {
  ...{ id: 'grafana:odin/grafana', kind: 'grafana', title: 'Grafana objects of odin/grafana' },
  ...{ consistency: 'exported', files: 2, sizeBytes: 20, facts: { service: 'odin/grafana' } },
}
const volume: SnapshotComponent = {
  ...{ id: 'volume:odin_grafana', kind: 'volume', title: 'Grafana data', consistency: 'stopped' },
  ...{ files: 1, sizeBytes: 1 },
  facts: { volume: 'odin_grafana', users: 'odin/grafana:/var/lib/grafana' },
}
const aFile = (path: string): SnapshotFile => ({
  ...{ component: exported.id, path, type: 'file', mode: 0o600, uid: 0, gid: 0 },
  ...{ mtimeSeconds: 0, sizeBytes: 10, sha256: 'x', pack: 'p', member: path },
})
const files = [
  aFile('dashboards/gpu.json'),
  aFile('dashboards/a%2Eb.json'),
  aFile('folders/gpu.json'),
]
const manifest = {
  ...{ id: '2026-11-23T10-15-00Z_01KD7XYZABCD1', stack: 'odin', startedAt: '2026-11-23T10:15:00Z' },
  ...{ components: [exported, volume], gaps: [], images: {}, engine: null },
} as unknown as Manifest
const stack = aStack()

const chosen = (...only: string[]) => select({ manifest, files, stack, only, ownFiles: [] })

const part = { component: exported.id, path: 'dashboards/gpu.json', uid: 'gpu' } as const
const sight = (different: Partial<SeenDashboard> = {}): SeenDashboard => ({
  ...{ ...part, project: 'odin', service: 'grafana', url: 'http://127.0.0.1:3000', title: 'GPU' },
  ...{ folder: { uid: 'o', title: 'Odin' }, sha256: 'wanted', now: { sha256: 'other' } },
  panels: { added: ['Watts'], removed: [], changed: ['Heat'] },
  ...different,
})

function plan(dashboards: DashboardSight[], different: Partial<RestoreMatter> = {}) {
  return planRestore({
    intent: { kind: 'restore', snapshot: 'latest', only: ['dashboard:gpu'] },
    ...{ stack, observed: anObservedState(), now: noon, repository: '/b', manifest },
    snapshot: manifest.id,
    selection: chosen('dashboard:gpu'),
    present: { hashes: new Map(), volumes: new Map(), counts: new Map(), dashboards },
    ...different,
  })
}

function steps(...dashboards: DashboardSight[]) {
  const planned = plan(dashboards)
  if (!planned.ok) throw new Error(planned.error.sentence)
  return planned.value
}

test('a dashboard is named by its UID, or by its path as browse shows it', () => {
  expect(chosen('dashboard:gpu').dashboards).toEqual([
    { ...part, project: 'odin', service: 'grafana' },
  ])
  expect(chosen('grafana:odin/grafana/dashboards/a%2Eb.json').dashboards).toMatchObject([
    { uid: 'a.b' },
  ])
  expect(chosen('dashboard:heat').unknown).toEqual(['dashboard:heat'])
  expect(dashboardUid('dashboards/%.json')).toBeUndefined()
  expect(chosen('dashboard:gpu', 'volume:odin_grafana').dashboards).toEqual([])
})

test('it replaces the one that the plan saw, and says by which panels it differs', () => {
  const { steps: planned, warnings } = steps(sight())
  expect(planned.map(({ kind }) => kind)).toEqual([
    'CheckSnapshot',
    'TakeSnapshot',
    'RestoreDashboard',
  ])
  expect(planned[0]).toMatchObject({ files: [{ component: exported.id, path: part.path }] })
  expect(planned[1]).toMatchObject({ only: ['configuration', 'machine', exported.id] })
  expect(planned.slice(-1).map(describeStep)).toEqual([
    `replace dashboard “GPU” (gpu) in grafana by that of snapshot ${shortId(manifest.id)}: 1 panel added, 1 panel changed`,
  ])
  expect(planned.slice(-1).map(faceOfStep)).toMatchObject([
    { about: 'dashboards', lines: ['added: Watts', 'changed: Heat'] },
  ])
  expect(warnings).toContain('Dashboards: 0 created, 1 replaced, 0 deleted, 0 unchanged.')
})

test('one that is there as it should be is left alone, a missing one is made', () => {
  expect(steps(sight({ now: { sha256: 'wanted' } })).steps).toEqual([])
  const { steps: planned, warnings } = steps(sight({ now: null }))
  expect(planned.at(-1)).toMatchObject({ replaces: null, cause: 'it is missing' })
  expect(warnings).toContain(
    'Folder “Odin” is made where it is missing, and stays when this is undone.',
  )
})

test('one that cannot be saved is refused with the reason', () => {
  const problem = 'Dashboard gpu cannot be put back: it comes from the file gpu.json.'
  expect(plan([{ ...part, project: 'odin', service: 'grafana', problem }])).toMatchObject({
    error: { code: 'DASHBOARD_FIXED', sentence: problem },
  })
})

test('an undo of more than dashboards goes on without those that nobody can look at', () => {
  const which = { ...part, project: 'odin', service: 'grafana' }
  const problem = 'Dashboard gpu cannot be put back: Nobody answers for Grafana.'
  const made = { file: '/srv/odin/new.yml', sha256: 'made' }
  const undo = { intent: { kind: 'undo-restore', operation: 'x' } } as const
  const undone = (different: Partial<RestoreMatter>) =>
    plan([{ ...which, problem }], { ...undo, made: [made], ...different })
  expect(undone({})).toMatchObject({
    value: { steps: expect.arrayContaining([expect.objectContaining({ kind: 'RemoveFiles' })]) },
  })
  const warningsOf = (planned: ReturnType<typeof plan>) =>
    planned.ok ? planned.value.warnings : [planned.error.sentence]
  expect(warningsOf(undone({}))).toContain(
    `${problem} "restore ${shortId(manifest.id)} --only dashboard:gpu" can do that later.`,
  )
  const selection = { ...chosen('dashboard:gpu'), dashboards: [] }
  expect(warningsOf(undone({ selection }))).toContain(problem)
  expect(undone({ made: [] })).toMatchObject({ error: { code: 'DASHBOARD_FIXED' } })
  expect(undone({ made: [], selection })).toMatchObject({ error: { code: 'DASHBOARD_FIXED' } })
})

test('an undo deletes what the restore had made', () => {
  const made = {
    ...{ ...part, project: 'odin', service: 'grafana', url: 'http://127.0.0.1:3000' },
    ...{ title: 'GPU', sha256: 'wanted' },
  }
  const planned = plan([], {
    intent: { kind: 'undo-restore', operation: 'x' },
    selection: { ...chosen('dashboard:gpu'), dashboards: [] },
    madeDashboards: [made],
  })
  expect(planned).toMatchObject({
    value: {
      steps: [{ kind: 'CheckSnapshot' }, { kind: 'TakeSnapshot' }, { kind: 'RemoveDashboard' }],
    },
  })
})
