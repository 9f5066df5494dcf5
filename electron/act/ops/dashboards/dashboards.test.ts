import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Step } from '../../../../shared/plan/plan.ts'
import { type GrafanaStandIn, grafanaStandIn } from '../../../../test/support/grafana-stand-in.ts'
import { hashOfDashboard } from '../../../adapters/grafana/dashboard-content.ts'
import { dashboardStore } from '../../../adapters/grafana/dashboard-store.ts'
import type { Repository } from '../../../backup/repository/repository.ts'
import type { OperationSite } from '../../ops.ts'
import { carryDashboardsOp } from './carry-dashboards.ts'
import { keptDashboardPath } from './dashboard-place.ts'
import { removeDashboardOp, restoreDashboardOp } from './restore-dashboard.ts'
import { saveDashboardsOp } from './save-dashboards.ts'
import { savedDirectory } from './saved-dashboards.ts'

let grafana: GrafanaStandIn
let site: OperationSite
let remarks: string[]

const model = (title: string) => ({
  ...{ uid: 'gpu', title: 'GPU' },
  panels: [{ id: 1, type: 'stat', title }],
})
const now = (): Record<string, unknown> | undefined =>
  grafana.dashboards.find(({ uid }) => uid === 'gpu')?.dashboard
const hashNow = () => hashOfDashboard(now() ?? {})
const inSnapshot = { dashboard: { ...model('Wanted'), id: 7, version: 3 }, meta: {} }

beforeEach(async () => {
  remarks = []
  grafana = await grafanaStandIn({ dashboards: [{ uid: 'gpu', dashboard: model('Now') }] })
  site = {
    id: 'op',
    keepDirectory: await mkdtemp(join(tmpdir(), 'odin-dashboards-')),
    signal: new AbortController().signal,
    remark: (sentence) => remarks.push(sentence),
  }
})
afterEach(async () => {
  await grafana.stop()
  await rm(site.keepDirectory, { recursive: true })
})

/** Of a repository only what reads one document. */
const repository = {
  files: async () => [
    { component: 'grafana:odin/grafana', path: 'dashboards/gpu.json', type: 'file' },
  ],
  async read([file]: [never], each: (file: never, content: Iterable<Buffer>) => Promise<void>) {
    await each(file, [Buffer.from(JSON.stringify(inSnapshot))])
  },
} as unknown as Repository

const openDashboards = async (_stack: string, url: string) =>
  dashboardStore({ url, token: grafana.token })
const restore = restoreDashboardOp({ openDashboards, openRepository: async () => repository })

const step = (replaces: string | null): Extract<Step, { kind: 'RestoreDashboard' }> => ({
  ...{ kind: 'RestoreDashboard', stack: 'odin', project: 'odin', service: 'grafana' },
  ...{ url: grafana.url, uid: 'gpu', title: 'GPU', snapshot: 'snapshot-1', folder: null },
  ...{ component: 'grafana:odin/grafana', path: 'dashboards/gpu.json' },
  ...{ sha256: hashOfDashboard(model('Wanted')), replaces, cause: '' },
  panels: { added: [], removed: [], changed: [] },
})

test('a dashboard becomes that of the snapshot, and back again to the byte of its JSON', async () => {
  const one = step(hashNow())
  await restore.stillAsPlanned?.(one)
  await restore.precondition(one, site)
  await restore.run(one, site)
  await restore.verify(one, site)
  expect(now()).toMatchObject(model('Wanted'))
  // A crash between the save and its record: the same again, and the first copy stays.
  await restore.run(one, site)
  expect((await stat(keptDashboardPath(site, one))).mode & 0o777).toBe(0o600)
  await restore.rollback(one, site)
  expect(now()).toMatchObject(model('Now'))
  await restore.rollback(one, site)
  expect(now()).toMatchObject(model('Now'))
})

test('one that somebody changed since the plan, or since the restore, stays theirs', async () => {
  const one = step(hashOfDashboard(model('Seen by the plan')))
  await expect(restore.precondition(one, site)).rejects.toThrow(
    'was changed since the plan was made',
  )
  const other = step(hashNow())
  await restore.run(other, site)
  grafana.dashboards = [{ uid: 'gpu', version: 9, dashboard: model('Theirs') }]
  await expect(restore.rollback(other, site)).rejects.toThrow(
    `was changed since, so it is left alone. What it was before is in ${keptDashboardPath(site, other)}.`,
  )
  expect(now()).toMatchObject(model('Theirs'))
})

test('one that was absent is removed again only while nobody has changed it', async () => {
  grafana.dashboards = []
  const one = step(null)
  await restore.run(one, site)
  await restore.verify(one, site)
  await restore.rollback(one, site)
  expect(now()).toBeUndefined()
  await restore.run(one, site)
  grafana.dashboards = [{ uid: 'gpu', version: 2, dashboard: model('Theirs') }]
  await expect(restore.rollback(one, site)).rejects.toThrow('left alone')
})

test('a step that was not begun has nothing to take back', async () => {
  await restore.rollback(step(hashNow()), site)
  expect(grafana.asked.some((path) => path.includes('/db'))).toBe(false)
})

test('a Grafana of its own schema may bring an older dashboard up to it', async () => {
  const one = step(hashNow())
  await restore.run(one, site)
  grafana.dashboards = [
    { uid: 'gpu', version: 2, dashboard: { ...model('Wanted'), schemaVersion: 41 } },
  ]
  await restore.verify(one, site)
  grafana.dashboards = [{ uid: 'gpu', version: 2, dashboard: model('Another') }]
  await expect(restore.verify(one, site)).rejects.toThrow('does not read back as what was saved')
})

test('what a restore had made is deleted by its undo, and comes back when that is rolled back', async () => {
  const remove = removeDashboardOp({ openDashboards })
  const { snapshot: _, folder: __, replaces: ___, panels: ____, ...rest } = step(null)
  const one = { ...rest, kind: 'RemoveDashboard', sha256: hashNow() } as const
  await remove.precondition(one, site)
  await remove.run(one, site)
  await remove.verify(one, site)
  expect(now()).toBeUndefined()
  await remove.rollback(one, site)
  expect(now()).toMatchObject(model('Now'))
  const theirs = { ...one, sha256: 'of another' }
  await expect(remove.precondition(theirs, site)).rejects.toThrow('was changed since')
})

async function carriedFrom(edited: string, home: string | null) {
  const elsewhere = await grafanaStandIn({
    dashboards: [{ uid: 'gpu', dashboard: model(edited), folderUid: 'o' }],
    folders: new Map([['o', 'Odin']]),
  })
  const dashboards = [{ uid: 'gpu', title: 'GPU', sha256: hashOfDashboard(model(edited)), home }]
  const common = { stack: 'odin', service: 'grafana', from: 'default', dashboards, cause: '' }
  const save = saveDashboardsOp({
    openElsewhere: ({ url }) => openDashboards('odin', url),
  })
  const saving = {
    ...{ ...common, kind: 'SaveDashboards' as const, endpoint: 'unix:///s', engineId: 'NATV' },
    ...{ containerId: 'c0ffee', container: 'odin-grafana-1', url: elsewhere.url, offered: [] },
  }
  await save.precondition(saving, site)
  await save.run(saving, site)
  await elsewhere.stop()
  await save.run(saving, site)
  await save.verify(saving, site)
  const carrying = {
    ...{ ...common, kind: 'CarryDashboards' as const, project: 'odin', url: grafana.url },
    ...{ savedFrom: 'c0ffee', seconds: 5 },
  }
  return { carry: carryDashboardsOp({ openDashboards }), carrying }
}

test('what was edited elsewhere is kept as files, and imported over what was compared', async () => {
  const { carry, carrying } = await carriedFrom('Edited', hashNow())
  const file = join(savedDirectory(site, 'c0ffee'), 'gpu.json')
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(model('Edited'))
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(remarks[0]).toBe(
    `The dashboard is in ${savedDirectory(site, 'c0ffee')}. Grafana imports one under Dashboards, New, Import.`,
  )
  await expect(carry.verify(carrying, site)).rejects.toThrow('Nothing was imported yet.')
  await carry.run(carrying, site)
  await carry.verify(carrying, site)
  expect(now()).toMatchObject(model('Edited'))
  await carry.rollback(carrying, site)
  expect(now()).toMatchObject(model('Now'))
})

test('what home has changed since it was compared stays, and is said', async () => {
  const { carry, carrying } = await carriedFrom('Edited', null)
  await carry.run(carrying, site)
  await carry.verify(carrying, site)
  expect(now()).toMatchObject(model('Now'))
  expect(remarks.at(-1)).toContain('Home has another “GPU” by now, which stays')
  await carry.rollback(carrying, site)
  expect(now()).toMatchObject(model('Now'))
})

test('one that home does not have is made, in the folder that it was in', async () => {
  grafana.dashboards = []
  const { carry, carrying } = await carriedFrom('Edited', null)
  await carry.run(carrying, site)
  expect(grafana.dashboards).toMatchObject([{ uid: 'gpu', folderUid: 'o', folderTitle: 'Odin' }])
  await carry.rollback(carrying, site)
  expect(grafana.dashboards).toEqual([])
})
