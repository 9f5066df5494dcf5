import { cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
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
  grafana.schemaVersion = 41
  await restore.run(one, site)
  expect(now()).toMatchObject({ ...model('Wanted'), schemaVersion: 41 })
  await restore.verify(one, site)
  await restore.run(one, site)
  await restore.verify(one, site)
  grafana.dashboards = [
    { uid: 'gpu', version: 3, dashboard: { ...model('Edited since'), schemaVersion: 41 } },
  ]
  await expect(restore.verify(one, site)).rejects.toThrow('does not read back as what was saved')
})

test.each(['Now', undefined])(
  'killed right after its own save, before it could be noted, it goes on and rolls back (%j before)',
  async (before) => {
    if (before === undefined) grafana.dashboards = []
    const one = step(before === undefined ? null : hashNow())
    grafana.schemaVersion = 41
    const killed = restoreDashboardOp({
      openRepository: async () => repository,
      async openDashboards(stack, url) {
        const store = await openDashboards(stack, url)
        const put: typeof store.put = async (...args) => {
          await store.put(...args)
          throw new Error('killed')
        }
        return { ...store, put }
      },
    })
    await expect(killed.run(one, site)).rejects.toThrow('killed')
    await restore.run(one, site)
    await restore.verify(one, site)
    await restore.rollback(one, site)
    if (before === undefined) expect(now()).toBeUndefined()
    else expect(now()).toMatchObject(model(before))
  },
)

test('what was edited in a newer schema is no reason to believe that it is the wanted one', async () => {
  const edited = { ...model('Edited'), schemaVersion: 39 }
  grafana.dashboards = [{ uid: 'gpu', dashboard: edited }]
  const one = step(hashNow())
  await expect(restore.verify(one, site)).rejects.toThrow('does not read back')
  await restore.run(one, site)
  await restore.verify(one, site)
  expect(now()).toMatchObject(model('Wanted'))
  await restore.rollback(one, site)
  expect(now()).toMatchObject(edited)
})

test('a step that goes on leaves alone what somebody changed since it was begun', async () => {
  const one = step(hashNow())
  await restore.run(one, site)
  grafana.dashboards = [{ uid: 'gpu', version: 9, dashboard: model('Theirs') }]
  await expect(restore.run(one, site)).rejects.toThrow(
    `was changed since the plan was made, so it is left alone. What it was before is in ${keptDashboardPath(site, one)}. Look at a new plan.`,
  )
  expect(now()).toMatchObject(model('Theirs'))
})

test('it waits for a Grafana that an earlier step has started again', async () => {
  const one = step(hashNow())
  const patient = restoreDashboardOp({
    openRepository: async () => repository,
    async openDashboards(stack, url) {
      const store = await openDashboards(stack, url)
      const startThenFail = async (error: unknown) => {
        await grafana.start()
        throw error
      }
      return { ...store, list: (signal) => store.list(signal).catch(startThenFail) }
    },
  })
  await grafana.stop()
  await patient.precondition(one, site)
  await grafana.stop()
  await patient.run(one, site)
  expect(now()).toMatchObject(model('Wanted'))
})

test('nothing is waited for where Grafana is up and lets nobody in', async () => {
  const closed = restoreDashboardOp({
    openRepository: async () => repository,
    openDashboards: async (_stack, url) => dashboardStore({ url, token: 'revoked' }),
  })
  await expect(closed.precondition(step(null), site)).rejects.toThrow('does not let its token')
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
  await expect(remove.stillAsPlanned?.(theirs)).rejects.toThrow('was changed since')
  await expect(remove.precondition(theirs, site)).rejects.toThrow('was changed since')
  grafana.dashboards = [{ uid: 'gpu', version: 9, dashboard: model('Theirs') }]
  await expect(remove.run(one, site)).rejects.toThrow('was changed since the plan was made')
  expect(now()).toMatchObject(model('Theirs'))
})

async function carriedFrom(edited: string, home: string | null, since?: string | null) {
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
  await save.stillAsPlanned?.(saving)
  if (since !== undefined) {
    elsewhere.dashboards = since === null ? [] : [{ uid: 'gpu', dashboard: model(since) }]
    await expect(save.stillAsPlanned?.(saving)).rejects.toThrow(
      'Dashboard “GPU” (gpu) was changed since the plan was made. Look at a new plan.',
    )
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
  await expect(carry.verify(carrying, site)).rejects.toThrow('does not read back')
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
  expect(remarks.at(-1)).toBe(
    `Dashboard “GPU” was not imported. Home has another by now, which stays. What was edited elsewhere is in ${savedDirectory(site, 'c0ffee')}.`,
  )
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

test('what home changed between two tries stays, though the first had imported over it', async () => {
  const { carry, carrying } = await carriedFrom('Edited', hashNow())
  await carry.run(carrying, site)
  grafana.dashboards = [{ uid: 'gpu', version: 9, dashboard: model('Theirs') }]
  await expect(carry.verify(carrying, site)).rejects.toThrow('does not read back')
  await carry.run(carrying, site)
  await carry.verify(carrying, site)
  expect(now()).toMatchObject(model('Theirs'))
  expect(remarks.at(-1)).toContain('Home has another by now')
})

test('a home that lets nobody save stops no recovery: it is said, and the files stay', async () => {
  const { carry, carrying } = await carriedFrom('Edited', hashNow())
  const [first] = grafana.dashboards
  const refusals: [(standIn: GrafanaStandIn) => void, string][] = [
    [(one) => Object.assign(one, { isViewer: true }), 'The token of home may not save it'],
    [() => first && Object.assign(first, { provisionedBy: 'gpu.json' }), 'it comes from a file'],
    [() => first && Object.assign(first, { isSchema2: true }), 'in the newer form'],
  ]
  for (const [refuse, words] of refusals) {
    const another = { ...site, keepDirectory: await mkdtemp(join(site.keepDirectory, 'another-')) }
    await cp(savedDirectory(site, 'c0ffee'), savedDirectory(another, 'c0ffee'), { recursive: true })
    refuse(grafana)
    await carry.run(carrying, another)
    await carry.verify(carrying, another)
    expect(remarks.at(-1)).toContain('Dashboard “GPU” was not imported. ')
    expect(remarks.at(-1)).toContain(words)
    expect(now()).toMatchObject(model('Now'))
    await carry.rollback(carrying, another)
  }
})

test('nor does one that home does not have, and a token that is taken back', async () => {
  grafana.dashboards = []
  grafana.isViewer = true
  const { carry, carrying } = await carriedFrom('Edited', null)
  const openRevoked = async (_stack: string, url: string) =>
    dashboardStore({ url, token: 'revoked' })
  const shut = carryDashboardsOp({ openDashboards: openRevoked })
  const another = { ...site, keepDirectory: await mkdtemp(join(site.keepDirectory, 'another-')) }
  await shut.run(carrying, another)
  await shut.verify(carrying, another)
  expect(remarks.at(-1)).toContain('does not let its token look at dashboards')
  await carry.run(carrying, site)
  await carry.verify(carrying, site)
  expect(remarks.at(-1)).toContain('does not let its token save dashboards')
})

test('what was saved once more elsewhere since the plan is kept as it is now, and not imported', async () => {
  const { carry, carrying } = await carriedFrom('Edited', hashNow(), 'Edited again')
  const file = join(savedDirectory(site, 'c0ffee'), 'gpu.json')
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(model('Edited again'))
  expect(remarks[0]).toContain(
    'Dashboard “GPU” was edited there after the plan was made: the newer one is kept.',
  )
  await carry.run(carrying, site)
  await carry.verify(carrying, site)
  expect(now()).toMatchObject(model('Now'))
  expect(remarks.at(-1)).toContain('It was edited elsewhere after the plan was made.')
})

test('one that was deleted elsewhere since the plan is no reason to stop midway', async () => {
  const { carry, carrying } = await carriedFrom('Edited', hashNow(), null)
  expect(remarks[0]).toContain('nothing is kept of it')
  await carry.run(carrying, site)
  await carry.verify(carrying, site)
  expect(now()).toMatchObject(model('Now'))
})
