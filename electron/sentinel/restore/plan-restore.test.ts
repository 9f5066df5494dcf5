import { hash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Step } from '../../../shared/plan/plan.ts'
import { aBackupSource } from '../../../test/support/a-backup-source.ts'
import { aRepository, backUp } from '../../../test/support/a-repository.ts'
import { aSituation } from '../../../test/support/a-situation.ts'
import { type GrafanaStandIn, grafanaStandIn } from '../../../test/support/grafana-stand-in.ts'
import { openJournal } from '../../act/journal.ts'
import { beginOperation, keepDirectoryIn, newOperationId } from '../../act/operation-directory.ts'
import { takeSnapshotOp } from '../../act/ops/restore/take-snapshot.ts'
import { planHash } from '../../act/plan-file.ts'
import { hashOfDashboard } from '../../adapters/grafana/dashboard-content.ts'
import { dashboardStore } from '../../adapters/grafana/dashboard-store.ts'
import type { Repository } from '../../backup/repository/repository.ts'
import { restorePlanner } from './plan-restore.ts'

let grafana: GrafanaStandIn
let stateDirectory: string

const snapshot = '2026-11-23T10-15-00Z_01KD7XYZABCD1'
const heat = { uid: 'heat', title: 'Heat', panels: [] }
const now = Date.parse('2026-11-23T12:00:00Z')

beforeEach(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'odin-plan-restore-'))
  grafana = await grafanaStandIn({ dashboards: [{ uid: 'heat', dashboard: heat }] })
})
afterEach(async () => {
  await grafana.stop()
  await rm(stateDirectory, { recursive: true })
})

/** Of a repository only what an undo asks for: it holds no file. */
const repository = {
  directory: '/backups/odin',
  files: async () => [],
  async find(id: string) {
    if (id !== snapshot) throw new Error(`There is no snapshot ${id}.`)
    const manifest = { id, stack: 'odin', startedAt: '2026-11-23T10:15:00Z', components: [] }
    return { id, manifest: { ...manifest, gaps: [], images: {}, engine: null } }
  },
  snapshots: async () => ({ sound: [], broken: [] }),
} as unknown as Repository

const planner = (found: Repository | undefined = repository) =>
  restorePlanner({
    openRepository: async () => found,
    openHands: () => Promise.reject(new Error('Nobody asks an engine.')),
    countData: async () => ({}),
    openDashboards: async (_stack, url) => dashboardStore({ url, token: grafana.token }),
    ownFiles: () => [],
    stateDirectory,
  })

const takeSnapshot: Extract<Step, { kind: 'TakeSnapshot' }> = {
  ...{ kind: 'TakeSnapshot', stack: 'odin', reason: 'manual', note: '', pin: '' },
  ...{ only: [], places: [], cause: '' },
}
const madeDashboard = (): Step => ({
  ...{ kind: 'RestoreDashboard', stack: 'odin', project: 'odin', service: 'grafana' },
  ...{ url: grafana.url, uid: 'heat', title: 'Heat', snapshot, folder: null },
  ...{ component: 'grafana:odin/grafana', path: 'dashboards/heat.json' },
  ...{ sha256: hashOfDashboard(heat), replaces: null, cause: '' },
  panels: { added: [], removed: [], changed: [] },
})
const madeFile: Step = {
  ...{ kind: 'PutBackFiles', endpoint: 'unix:///d.sock', engineId: 'DESK', restarts: [] },
  files: [{ file: '/srv/odin/new.yml', source: { from: 'baseline' }, sha256: 'a', replaces: null }],
  cause: '',
}

/** A restore that was carried out; its ID. */
async function restored(...steps: Step[]): Promise<string> {
  const id = newOperationId(now)
  const plan = {
    intent: { kind: 'restore', snapshot: 'latest' } as const,
    ...{ stack: 'odin', steps: [takeSnapshot, ...steps], warnings: [] },
  }
  const startedAt = new Date(now).toISOString()
  const file = { id, title: 'Restore', hash: planHash(plan), startedAt, plan }
  const { directory, journal } = await beginOperation(stateDirectory, file, openJournal)
  await takeSnapshotOp({
    openRepository: async () => repository,
    takeSnapshot: async () => ({ snapshot, sentence: 'Taken.', busy: false }),
  } as unknown as Parameters<typeof takeSnapshotOp>[0]).run(takeSnapshot, {
    ...{ id, keepDirectory: keepDirectoryIn(directory), signal: new AbortController().signal },
  })
  await journal.write({ at: startedAt, type: 'end', outcome: 'done', sentence: 'Done.' })
  await journal.close()
  return id
}

const undo = async (operation: string) =>
  planner()(aSituation({ now }), { kind: 'undo-restore', operation })

test('a Grafana that does not answer keeps nobody from the undo of files', async () => {
  const operation = await restored(madeFile, madeDashboard())
  expect(await undo(operation)).toMatchObject({
    value: {
      steps: expect.arrayContaining([expect.objectContaining({ kind: 'RemoveDashboard' })]),
    },
  })
  await grafana.stop()
  const planned = await undo(operation)
  if (!planned.ok) throw new Error(planned.error.sentence)
  const kinds = planned.value.steps.map(({ kind }) => kind)
  expect(kinds).toContain('RemoveFiles')
  expect(kinds).not.toContain('RemoveDashboard')
  expect(planned.value.warnings).toContainEqual(
    expect.stringMatching(/^Dashboard “Heat”, which the restore made, stays: Nobody answers/),
  )
})

test('where dashboards are all that is to be undone, it is refused in the words of Grafana', async () => {
  const operation = await restored(madeDashboard())
  await grafana.stop()
  expect(await undo(operation)).toMatchObject({
    error: { code: 'DASHBOARD_FIXED', sentence: expect.stringContaining('Nobody answers') },
  })
})

test('files of a snapshot without its checksums are planned with those that they have', async () => {
  const path = join(stateDirectory, 'odin.yml')
  const directory = join(stateDirectory, 'backups')
  const kept = await aRepository(directory)
  const source = aBackupSource({ [path.slice(1)]: 'as it was' }, { id: 'configuration' })
  const { id } = await backUp(kept, { ...source, kind: 'configuration' })
  await rm(join(directory, 'snapshots', id, 'SHA256SUMS.zst'))
  const situation = aSituation({ now })
  const planned = await planner(kept)(situation, { kind: 'restore', snapshot: id })
  if (!planned.ok) throw new Error(planned.error.sentence)
  const files = planned.value.steps.flatMap((step) =>
    step.kind === 'PutBackFiles' ? step.files : [],
  )
  expect(files).toMatchObject([{ file: path, sha256: hash('sha256', 'as it was') }])
})

test('each refusal has its own next step', async () => {
  expect(await undo('20261123T120000Z-000000')).toMatchObject({
    error: { code: 'NOT_UNDOABLE', nextStep: expect.stringContaining('list of operations') },
  })
  const latest = { kind: 'restore', snapshot: 'latest' } as const
  expect(await planner()(aSituation(), latest)).toMatchObject({
    error: { code: 'SNAPSHOT_MISSING', nextStep: expect.stringContaining('list of snapshots') },
  })
  const volume = { id: 'volume:odin_x', kind: 'volume', title: 'X', files: 1, sizeBytes: 1 }
  const withData = {
    ...repository,
    async find() {
      const { id, manifest } = await repository.find(snapshot)
      const components = [{ ...volume, consistency: 'stopped', facts: { volume: 'odin_x' } }]
      return { id, manifest: { ...manifest, components } }
    },
  } as unknown as Repository
  expect(await planner(withData)(aSituation(), { ...latest, snapshot })).toMatchObject({
    error: { code: 'NOT_LOOKED_AT', sentence: 'Nobody asks an engine.' },
  })
})
