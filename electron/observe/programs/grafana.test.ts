import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Grafana } from '../../../shared/domain/grafana.ts'
import type { ServiceSight } from '../../../shared/domain/prometheus.ts'
import { collected } from '../../../test/support/collected.ts'
import { type GrafanaStandIn, grafanaStandIn } from '../../../test/support/grafana-stand-in.ts'
import { type GrafanaWatchers, grafanaWatchers } from './grafana.ts'
import type { PanelMemory, PanelPast } from './panel-past.ts'

let grafana: GrafanaStandIn
let watchers: GrafanaWatchers
let answersWithData: boolean
let clock: number
let token: string | undefined

const frame = { schema: { fields: [{ type: 'number' }] }, data: { values: [[1]] } }

beforeEach(async () => {
  answersWithData = true
  clock = 1_700_000_000_000
  grafana = await grafanaStandIn({
    datasources: [{ uid: 'p', name: 'P', type: 'testdata', url: '', isDefault: true }],
    dashboards: Array.from({ length: 3 }, (_, index) => ({
      uid: `d${index}`,
      dashboard: {
        title: `D ${index}`,
        panels: [{ id: 1, title: 'A', type: 'stat', targets: [{ refId: 'A', query: 'x' }] }],
      },
    })),
    answerQuery: () => ({ status: 200, frames: answersWithData ? [frame] : [] }),
  })
  token = grafana.token
  watchers = grafanaWatchers({ token: async () => token, everyMs: 3_600_000, now: () => clock })
})
afterEach(async () => {
  await watchers.stop()
  await grafana.stop()
})

const sights = () => collected<readonly ServiceSight<Grafana>[]>()
const valueIn = (all: readonly ServiceSight<Grafana>[]): Grafana | undefined => {
  const look = all[0]?.look
  return look?.status === 'known' ? look.value : undefined
}
const endpoint = () => ({ project: 'odin', service: 'grafana', url: grafana.url })

test('a whole round is published at once, and panels carry since when', async () => {
  const seen = sights()
  watchers.start(seen.add)
  watchers.setEndpoints([endpoint()])
  const first = valueIn(await seen.until((one) => valueIn(one)?.dashboards !== undefined))
  expect(first?.dashboards).toHaveLength(3)
  const began = clock
  expect(first).toMatchObject({ dashboardsCheckedAt: began })
  expect(first?.dashboards?.[0]?.panels).toEqual([
    { id: 1, title: 'A', state: 'data', message: '', since: began, lastDataAt: began },
  ])

  clock += 60_000
  answersWithData = false
  await watchers.checkDashboardsNow()
  const empty = valueIn(seen.all.at(-1) ?? [])
  expect(empty?.dashboards?.[2]?.panels).toMatchObject([
    { state: 'no-data', since: began + 60_000, lastDataAt: began },
  ])

  clock += 60_000
  grafana.dashboards.shift()
  await watchers.checkDashboardsNow()
  const later = valueIn(seen.all.at(-1) ?? [])
  expect(later?.dashboards?.map(({ uid }) => uid)).toEqual(['d1', 'd2'])
  expect(later?.dashboards?.[0]?.panels).toMatchObject([{ since: began + 60_000 }])
})

test('a token that comes later opens the dashboards, one that is revoked shuts them', async () => {
  token = undefined
  const seen = sights()
  watchers.start(seen.add)
  watchers.setEndpoints([endpoint()])
  await seen.until((one) => valueIn(one)?.databaseOk === true)
  expect(valueIn(seen.all.at(-1) ?? [])?.datasources).toBeUndefined()
  token = grafana.token
  await watchers.checkDashboardsNow()
  await seen.until((one) => valueIn(one)?.dashboards?.length === 3)
  grafana.token = 'another'
  await watchers.lookNow()
  const shut = valueIn(seen.all.at(-1) ?? [])
  expect(shut?.tokenRefused).toContain('401')
  expect(shut?.dashboards).toBeUndefined()
})

test('a Grafana that comes back is run through again at once', async () => {
  const seen = sights()
  watchers.start(seen.add)
  watchers.setEndpoints([endpoint()])
  await seen.until((one) => valueIn(one)?.dashboards !== undefined)
  await grafana.stop()
  await watchers.lookNow()
  expect(seen.all.at(-1)?.[0]?.look).toMatchObject({
    status: 'unknown',
    failure: { code: 'refused' },
    lastKnown: { dashboards: expect.anything() },
  })
  clock += 60_000
  await grafana.start()
  await watchers.lookNow()
  await seen.until((one) => valueIn(one)?.dashboardsCheckedAt === clock)
})

test('rounds go on by themselves, and tell at once what has changed', async () => {
  const quick = grafanaWatchers({
    token: async () => token,
    everyMs: 3_600_000,
    dashboardsEveryMs: 50,
  })
  const seen = sights()
  quick.start(seen.add)
  quick.setEndpoints([endpoint()])
  await seen.until((one) => valueIn(one)?.dashboards !== undefined)
  answersWithData = false
  const states = (one: readonly ServiceSight<Grafana>[]) =>
    valueIn(one)?.dashboards?.map(({ panels }) => panels[0]?.state) ?? []
  await seen.until((one) => states(one).length > 0 && states(one).every((is) => is === 'no-data'))
  await quick.stop()
})

test('endpoints that leave are forgotten, and after stop nothing is told', async () => {
  const seen = sights()
  watchers.start(seen.add)
  watchers.setEndpoints([endpoint(), { ...endpoint(), service: 'second' }])
  await seen.until((one) => one.length === 2 && one.every(({ look }) => look.status === 'known'))
  watchers.setEndpoints([endpoint()])
  await seen.until((one) => one.length === 1, seen.all.length)
  const look = watchers.lookNow()
  await watchers.stop()
  const before = seen.all.length
  await look
  watchers.setEndpoints([endpoint()])
  await watchers.lookNow()
  expect(seen.all).toHaveLength(before)
})

test('since when a panel shows nothing is known to the next one that looks', async () => {
  const kept = new Map<string, PanelPast>()
  const panels: PanelMemory = {
    recall: async (url) => kept.get(url) ?? {},
    note: (url, past) => void kept.set(url, past),
  }
  const open = () =>
    grafanaWatchers({ token: async () => token, everyMs: 3_600_000, now: () => clock, panels })
  const firstPanel = async (from: GrafanaWatchers) => {
    const seen = sights()
    from.start(seen.add)
    from.setEndpoints([endpoint()])
    const grafana = valueIn(await seen.until((one) => valueIn(one)?.dashboards !== undefined))
    await from.stop()
    return grafana?.dashboards?.[0]?.panels[0]
  }
  const began = clock
  await firstPanel(open())
  clock += 60_000
  answersWithData = false
  expect(await firstPanel(open())).toMatchObject({ since: began + 60_000, lastDataAt: began })
  clock += 3_600_000
  expect(await firstPanel(open())).toMatchObject({ since: began + 60_000, lastDataAt: began })
})
