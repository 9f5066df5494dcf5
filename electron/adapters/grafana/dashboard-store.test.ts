import { afterEach, beforeEach, expect, test } from 'vitest'
import { type GrafanaStandIn, grafanaStandIn } from '../../../test/support/grafana-stand-in.ts'
import { hashOfDashboard, panelChanges } from './dashboard-content.ts'
import { type DashboardStore, dashboardStore, heldDashboard } from './dashboard-store.ts'

let grafana: GrafanaStandIn
let store: DashboardStore

const gpu = (title = 'Temperature') => ({
  uid: 'gpu',
  title: 'GPU',
  panels: [{ id: 1, type: 'timeseries', title, targets: [{ expr: 'nvidia_smi_temperature' }] }],
})

beforeEach(async () => {
  grafana = await grafanaStandIn({ dashboards: [{ uid: 'gpu', version: 4, dashboard: gpu() }] })
  store = dashboardStore({ url: grafana.url, token: grafana.token })
})
afterEach(async () => {
  store.close()
  await grafana.stop()
})

const wanted = (model: Record<string, unknown>) =>
  ({ uid: 'gpu', model, folder: null, message: 'From a test' }) as const

test('a dashboard is saved over the version that was seen, and reads back as it was wanted', async () => {
  const before = await store.of('gpu')
  expect(before).toMatchObject({ version: 4, folder: null, provisionedBy: null, maySave: true })
  await store.put(wanted(gpu('Watts')), before)
  const after = await store.of('gpu')
  expect(after?.version).toBe(5)
  expect(hashOfDashboard(after?.model ?? {})).toBe(hashOfDashboard(gpu('Watts')))
})

test('what somebody saved in between stays', async () => {
  const seen = await store.of('gpu')
  await store.put(wanted(gpu('Theirs')), seen)
  await expect(store.put(wanted(gpu('Ours')), seen)).rejects.toThrow(
    'Dashboard gpu was saved by somebody else meanwhile',
  )
  await expect(store.put(wanted(gpu('Ours')), undefined)).rejects.toThrow('somebody else')
  expect(panelChanges((await store.of('gpu'))?.model, gpu('Theirs')).changed).toEqual([])
})

test('one that is absent is made, in a folder that is made for it, and can be removed', async () => {
  const folder = { uid: 'odin', title: 'Odin' }
  const model = { title: 'Heat', panels: [] }
  expect(await store.of('heat')).toBeUndefined()
  await store.put({ uid: 'heat', model, folder, message: '' }, undefined)
  expect(await store.of('heat')).toMatchObject({ folder, version: 1 })
  expect((await store.list()).map(({ uid }) => uid)).toEqual(['gpu', 'heat'])
  await store.remove('heat')
  await store.remove('heat')
  expect(await store.of('heat')).toBeUndefined()
})

test('a provisioned dashboard, and a token that may only look, are refused in words', async () => {
  const [first] = grafana.dashboards
  if (first) first.provisionedBy = 'gpu.json'
  const held = await store.of('gpu')
  expect(held?.provisionedBy).toBe('gpu.json')
  await expect(store.put(wanted(gpu('New')), held)).rejects.toThrow('put the file back instead')
  grafana.isViewer = true
  expect((await store.of('gpu'))?.maySave).toBe(false)
  await expect(store.put(wanted(gpu('New')), held)).rejects.toThrow(
    'does not let its token save dashboards. Give one of an editor: odin-sentinel token grafana.',
  )
})

test('one of the newer form is no dashboard that can be put back here', async () => {
  const [first] = grafana.dashboards
  if (first) first.isSchema2 = true
  await expect(store.of('gpu')).rejects.toThrow('in the newer form')
})

test('the same dashboard has the same hash wherever and however often it was saved', () => {
  const { uid, ...rest } = gpu()
  expect(hashOfDashboard({ version: 9, id: 3, ...rest, uid })).toBe(hashOfDashboard(gpu()))
  expect(hashOfDashboard(gpu('Other'))).not.toBe(hashOfDashboard(gpu()))
})

test('what differs is told by the titles of panels, in rows too', () => {
  const panel = (id: number, title: string, more = {}) => ({ id, title, type: 'stat', ...more })
  const before = { panels: [panel(1, 'A'), { type: 'row', panels: [panel(2, 'B')] }, panel(3, '')] }
  const after = { panels: [panel(2, 'B', { unit: 'W' }), panel(3, ''), panel(4, 'D')] }
  expect(panelChanges(before, after)).toEqual({ added: ['D'], removed: ['A'], changed: ['B'] })
  expect(panelChanges(undefined, { panels: [panel(3, '')] }).added).toEqual(['panel 3'])
})

test('what an export kept is read as what Grafana says, or not at all', () => {
  const document = { dashboard: gpu(), meta: { updated: '2026-11-23T10:00:00Z', folderUid: 'x' } }
  expect(heldDashboard(document)).toMatchObject({
    folder: { uid: 'x', title: 'x' },
    updatedAt: Date.parse('2026-11-23T10:00:00Z'),
  })
  expect(heldDashboard({ spec: {} })).toBeUndefined()
})
