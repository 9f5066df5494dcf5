import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  type GrafanaStandIn,
  grafanaStandIn,
  type Query,
} from '../../../../test/support/grafana-stand-in.ts'
import { webServer } from '../../../../test/support/web-server.ts'
import { type GrafanaClient, grafanaClient } from '../grafana-client.ts'
import { checkDashboard } from './check-dashboard.ts'

let grafana: GrafanaStandIn
let client: GrafanaClient

beforeEach(async () => {
  grafana = await grafanaStandIn({
    datasources: [
      {
        uid: 'p1',
        name: 'Prometheus',
        type: 'prometheus',
        url: 'http://127.0.0.1:9',
        isDefault: true,
      },
      { uid: 'p2', name: 'Other', type: 'prometheus', url: 'http://127.0.0.1:9' },
    ],
    answerQuery: ({ expr }) => {
      if (expr === 'error') return { status: 400, error: 'bad_data: parse error\nand more' }
      return { status: 200, frames: expr === 'none' ? [] : [frame] }
    },
  })
  client = grafanaClient({ url: grafana.url, token: grafana.token })
})
afterEach(async () => {
  client.close()
  await grafana.stop()
})

const frame = {
  schema: { fields: [{ type: 'time' }, { type: 'number' }] },
  data: { values: [[1], [1]] },
}

const panel = (id: number, expr: string, more: Record<string, unknown> = {}) => ({
  id,
  title: expr,
  type: 'timeseries',
  targets: [{ refId: 'A', expr }],
  ...more,
})

async function check(dashboard: Record<string, unknown>) {
  grafana.dashboards = [{ uid: 'd', dashboard: { title: 'D', ...dashboard } }]
  const [found] = await client.findDashboards()
  if (!found) throw new Error('not found')
  return checkDashboard({
    client,
    found,
    sources: await client.sources(),
    now: 1_700_000_000_000,
    signal: new AbortController().signal,
  })
}

const states = async (dashboard: Record<string, unknown>) =>
  (await check(dashboard)).panels.map(({ id, state }) => `${id} ${state}`)

test('the panels of one datasource share a request, and an error stays with its panel', async () => {
  const panels = [
    panel(1, 'up'),
    panel(2, 'none'),
    panel(3, 'error'),
    panel(4, 'up', { type: 'text' }),
  ]
  const checked = await check({ panels })
  expect(checked).toMatchObject({ uid: 'd', title: 'D' })
  expect(checked.panels).toEqual([
    { id: 1, title: 'up', state: 'data', message: '' },
    { id: 2, title: 'none', state: 'no-data', message: 'Its queries return nothing.' },
    { id: 3, title: 'error', state: 'error', message: 'bad_data: parse error' },
    {
      id: 4,
      title: 'up',
      state: 'asks-nothing',
      message: 'A panel of type text asks no datasource.',
    },
  ])
  expect(grafana.queried).toHaveLength(1)
  expect(grafana.queried[0]).toMatchObject({
    from: '1699999100000',
    to: '1700000000000',
    queries: [{ refId: 'p0_A' }, { refId: 'p1_A' }, { refId: 'p2_A' }],
  })
})

test('no request holds more than twenty queries, and none mixes datasources', async () => {
  const panels = Array.from({ length: 50 }, (_, index) =>
    panel(index, 'up', { datasource: { uid: index % 2 ? 'p1' : 'p2' } }),
  )
  expect(await states({ panels })).toHaveLength(50)
  const sizes = grafana.queried.map(({ queries }) => queries.length)
  expect(sizes).toEqual([20, 5, 20, 5])
  for (const { queries } of grafana.queried)
    expect(new Set(queries.map(({ datasource }) => datasource.uid)).size).toBe(1)
})

test('queries that refer to each other go in a request of their own, with their names', async () => {
  const targets = [
    { refId: 'A', expr: 'up', hide: true },
    {
      refId: 'B',
      type: 'math',
      expression: '$A * 2',
      datasource: { uid: '__expr__', type: '__expr__' },
    },
  ]
  grafana.datasources.push({ uid: '__expr__', name: '__expr__', type: '__expr__', url: '' })
  const seen: Query[][] = []
  grafana.answerQuery = (query) => {
    if (query.refId === 'A') seen.push([query])
    return { status: 200, frames: query.datasource.uid === '__expr__' ? [frame] : [] }
  }
  expect(await states({ panels: [panel(1, 'up'), panel(2, 'x', { targets })] })).toEqual([
    '1 no-data',
    '2 data',
  ])
  const [, own] = grafana.queried
  expect(own?.queries.map(({ refId, hide }) => `${refId} ${hide === true}`)).toEqual([
    'A true',
    'B false',
  ])
})

test('a request that is refused as a whole is asked again panel by panel', async () => {
  const sources = await client.sources()
  grafana.dashboards = [
    {
      uid: 'd',
      dashboard: {
        title: 'D',
        panels: [
          panel(1, 'up'),
          panel(2, 'up', {
            datasource: '-- Mixed --',
            targets: [
              { refId: 'A', expr: 'up' },
              { refId: 'B', expr: 'up', datasource: { uid: 'p2' } },
            ],
          }),
        ],
      },
    },
  ]
  // It went between the list and the query.
  grafana.datasources = grafana.datasources.filter(({ uid }) => uid !== 'p2')
  const checked = await checkDashboard({
    client,
    found: { uid: 'd', title: 'D', folderTitle: '' },
    sources,
    now: Date.now(),
    signal: new AbortController().signal,
  })
  expect(checked.panels.map(({ state }) => state)).toEqual(['data', 'error'])
  expect(checked.panels[1]?.message).toContain('data source not found')
})

test('a library panel is what the library says', async () => {
  grafana.library.set('lib', {
    type: 'stat',
    title: 'Shared',
    targets: [{ refId: 'A', expr: 'none' }],
  })
  const panels = [
    { id: 1, title: '', type: '', libraryPanel: { uid: 'lib', name: 'Shared' } },
    { id: 2, title: 'Lost', type: '', libraryPanel: { uid: 'lost', name: 'Lost' } },
  ]
  const checked = await check({ panels })
  expect(checked.panels.map(({ title, state }) => `${title} ${state}`)).toEqual([
    'Shared no-data',
    'Lost error',
  ])
})

test('a dashboard that is gone, one without panels', async () => {
  const found = { uid: 'gone', title: 'Gone', folderTitle: '' }
  const signal = new AbortController().signal
  const gone = await checkDashboard({ client, found, sources: [], now: 0, signal })
  expect(gone.panels).toMatchObject([{ state: 'error' }])
  expect(gone.panels[0]?.message).toContain('answered 404: Dashboard not found.')
  expect(await states({})).toEqual([])
})

test('a Grafana that does not answer is no answer about panels', async () => {
  grafana.dashboards = [{ uid: 'd', dashboard: { title: 'D' } }]
  const sources = await client.sources()
  await grafana.stop()
  const found = { uid: 'd', title: 'D', folderTitle: '' }
  const signal = new AbortController().signal
  await expect(checkDashboard({ client, found, sources, now: 0, signal })).rejects.toMatchObject({
    code: 'refused',
  })
})

test('health needs no token; what a token opens stays shut without one', async () => {
  const without = grafanaClient({ url: grafana.url })
  expect(await without.look()).toEqual({ version: '11.6.0', databaseOk: true })
  grafana.databaseOk = false
  expect(await without.look()).toEqual({ version: '11.6.0', databaseOk: false })
  without.close()
})

test('a token that is refused is told, and not shown', async () => {
  const wrong = grafanaClient({ url: grafana.url, token: 'glsa_wrong' })
  expect(await wrong.look()).toEqual({
    version: '11.6.0',
    databaseOk: true,
    tokenRefused: `Grafana at ${grafana.url} answered 401: Invalid API key.`,
  })
  wrong.close()
})

test('datasources are healthy, broken, or cannot tell', async () => {
  grafana.datasources[1] = { uid: 'l1', name: 'Loki', type: 'loki', url: 'http://loki:3100' }
  const { datasources } = await client.look()
  expect(datasources).toMatchObject([
    { uid: 'p1', type: 'prometheus', health: 'error' },
    { uid: 'l1', type: 'loki', url: 'http://loki:3100', health: 'unknown' },
  ])
  expect(datasources?.[0]?.message).toContain('127.0.0.1:9')
})

test('all pages of the search are read', async () => {
  grafana.dashboards = Array.from({ length: 1001 }, (_, index) => ({
    uid: `d${index}`,
    dashboard: { title: `D ${index}` },
  }))
  expect(await client.findDashboards()).toHaveLength(1001)
})

test("a viewer's token is enough", async () => {
  grafana.isViewer = true
  expect(await states({ panels: [panel(1, 'up'), panel(2, 'none')] })).toEqual([
    '1 data',
    '2 no-data',
  ])
  const { datasources, tokenRefused } = await client.look()
  expect(tokenRefused).toBeUndefined()
  expect(datasources).toMatchObject([
    { uid: 'p1', name: 'Prometheus', type: 'prometheus', url: '' },
    { uid: 'p2', name: 'Other' },
  ])
})

test('a request that Grafana cannot read is told in its own words', async () => {
  const refusing = await webServer((_, response) =>
    response.writeHead(400).end('{"message":"bad request data"}'),
  )
  const other = grafanaClient({ url: refusing.url, token: 'x' })
  await expect(other.query([], { from: 0, to: 1 })).rejects.toThrow(
    `Grafana at ${refusing.url} answered bad request data.`,
  )
  other.close()
  await refusing.stop()
})
