import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type GrafanaStandIn, grafanaStandIn } from '../../../../test/support/grafana-stand-in.ts'
import { type GrafanaClient, grafanaClient } from '../grafana-client.ts'
import { checkDashboard } from './check-dashboard.ts'

let grafana: GrafanaStandIn
let client: GrafanaClient

const frame = {
  schema: { fields: [{ type: 'time' }, { type: 'number' }] },
  data: { values: [[1], [1]] },
}

beforeEach(async () => {
  const url = 'http://prometheus.invalid'
  grafana = await grafanaStandIn({
    datasources: [
      { uid: 'p1', name: 'Prometheus', type: 'prometheus', url, isDefault: true },
      { uid: 'p2', name: 'Other', type: 'prometheus', url },
    ],
    answerQuery: ({ expr = '' }) => ({
      status: 200,
      frames: expr.startsWith('none') ? [] : [frame],
    }),
    fetch: async () => Response.json({ status: 'success', data: ['node-a', 'node-b'] }),
  })
  client = grafanaClient({ url: grafana.url, token: grafana.token })
})
afterEach(async () => {
  client.close()
  await grafana.stop()
})

type Json = Record<string, unknown>

const asked = (expr: string, more: Json = {}) => ({
  kind: 'PanelQuery',
  spec: {
    refId: 'A',
    hidden: false,
    query: {
      kind: 'DataQuery',
      group: 'prometheus',
      version: 'v0',
      datasource: { name: 'p1' },
      spec: { expr },
      ...more,
    },
  },
})
const panel = (id: number, queries: unknown[], vizConfig: Json = { group: 'timeseries' }) => ({
  kind: 'Panel',
  spec: {
    id,
    title: `Panel ${id}`,
    data: { kind: 'QueryGroup', spec: { queries, transformations: [], queryOptions: {} } },
    vizConfig: { kind: 'VizConfig', version: '12.2.0', spec: {}, ...vizConfig },
  },
})
const at = (name: string, repeat?: string) => ({
  kind: 'GridLayoutItem',
  spec: {
    element: { kind: 'ElementReference', name },
    ...(repeat && { repeat: { mode: 'variable', value: repeat } }),
  },
})
const grid = (...items: unknown[]) => ({ kind: 'GridLayout', spec: { items } })

async function check(dashboard: Json, isSchema2 = true) {
  grafana.dashboards = [{ uid: 'd', isSchema2, dashboard: { title: 'D', ...dashboard } }]
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
const states = async (dashboard: Json) =>
  (await check(dashboard)).panels.map(({ id, state }) => `${id} ${state}`)
const sent = () =>
  grafana.queried.flatMap(({ queries }) =>
    queries.map(({ datasource, expr }) => `${datasource.uid}: ${expr}`),
  )

describe.each([true, false])('through the newer API: %s', (isSchema2) => {
  test('elements are asked as the panels of version 1 are', async () => {
    const elements = {
      a: panel(1, [asked('up')]),
      b: panel(2, [asked('none')]),
      c: panel(3, [asked('up')], { group: 'text' }),
    }
    const { panels } = await check({ elements, layout: grid(at('a'), at('b'), at('c')) }, isSchema2)
    expect(panels.map(({ id, title, state }) => `${id} ${title} ${state}`)).toEqual([
      '1 Panel 1 data',
      '2 Panel 2 no-data',
      '3 Panel 3 asks-nothing',
    ])
  })
})

test('the datasource is named inside the query, beside it, by its type, or not at all', async () => {
  const beside = {
    kind: 'PanelQuery',
    spec: {
      refId: 'A',
      datasource: { uid: 'p2', type: 'prometheus' },
      query: { kind: 'prometheus', spec: { expr: 'beside' } },
    },
  }
  const queries = [
    asked('inside', { datasource: { name: 'p2' } }),
    beside,
    asked('type', { datasource: undefined }),
    asked('nothing', { datasource: undefined, group: '' }),
  ]
  const elements = Object.fromEntries(queries.map((one, id) => [`p${id}`, panel(id + 1, [one])]))
  await check({ elements, layout: grid(...Object.keys(elements).map((name) => at(name))) })
  expect(sent().toSorted()).toEqual(['p1: nothing', 'p1: type', 'p2: beside', 'p2: inside'])
})

test('variables of every kind, also those of one row, and repeats down through rows and tabs', async () => {
  const current = (value: unknown) => ({ value, text: value })
  const variables = [
    {
      kind: 'DatasourceVariable',
      spec: { name: 'ds', pluginId: 'prometheus', current: current('p2') },
    },
    {
      kind: 'QueryVariable',
      spec: {
        name: 'node',
        multi: true,
        includeAll: true,
        sort: 'alphabeticalDesc',
        current: current(['$__all']),
        query: {
          kind: 'DataQuery',
          group: 'prometheus',
          datasource: { name: '${ds}' },
          spec: { query: 'label_values(up, instance)', refId: 'Q' },
        },
      },
    },
    {
      kind: 'CustomVariable',
      spec: { name: 'level', query: 'warn,error', current: current('error') },
    },
    { kind: 'TextVariable', spec: { name: 'text', query: '', current: current('written') } },
    { kind: 'ConstantVariable', spec: { name: 'constant', query: 'fixed' } },
    { kind: 'SwitchVariable', spec: { name: 'on', current: 'true' } },
  ]
  const ofRow = [{ kind: 'ConstantVariable', spec: { name: 'section', query: 'mine' } }]
  const elements = {
    all: panel(1, [
      asked('x{a="$node",b="$level",c="$text",d="$constant",e="$on",f="$section"}', {
        datasource: { name: '${ds}' },
      }),
    ]),
    each: panel(2, [asked('y{a="$node"}')]),
    item: panel(3, [asked('z{a="$node"}')]),
  }
  const row = (inner: unknown, more: Json = {}) => ({
    kind: 'RowsLayoutRow',
    spec: { title: 'R', layout: inner, ...more },
  })
  const repeat = { mode: 'variable', value: 'node' }
  const tab = { kind: 'TabsLayoutTab', spec: { layout: grid(at('item', 'node')) } }
  const layout = {
    kind: 'RowsLayout',
    spec: {
      rows: [
        row(grid(at('all')), { variables: ofRow }),
        row({ kind: 'AutoGridLayout', spec: { items: [at('each')] } }, { repeat }),
        row({ kind: 'TabsLayout', spec: { tabs: [tab] } }),
      ],
    },
  }
  expect(await states({ elements, layout, variables })).toEqual(['1 data', '2 data', '3 data'])
  expect(sent().toSorted()).toEqual([
    'p1: y{a="node-b"}',
    'p1: z{a="node-b"}',
    'p2: x{a="(node-b|node-a)",b="error",c="written",d="fixed",e="true",f="mine"}',
  ])
})

test('rows of the grid, from before rows had a layout of their own', async () => {
  const elements = { a: panel(1, [asked('up')]) }
  const row = { kind: 'GridLayoutRow', spec: { title: 'R', elements: [at('a')] } }
  expect(await states({ elements, layout: grid(row) })).toEqual(['1 data'])
})

test('a library panel is fetched by its name', async () => {
  grafana.library.set('lib', {
    type: 'stat',
    title: 'Lib',
    targets: [{ refId: 'A', expr: 'none' }],
  })
  const elements = {
    a: {
      kind: 'LibraryPanel',
      spec: { id: 4, title: '', libraryPanel: { uid: 'lib', name: 'L' } },
    },
  }
  expect(await states({ elements, layout: grid(at('a')) })).toEqual(['4 no-data'])
})

test('an element that stands nowhere is shown to nobody, and one that stands twice is asked once', async () => {
  const elements = { a: panel(1, [asked('up')]), b: panel(2, [asked('up')]) }
  expect(await states({ elements, layout: grid(at('a'), at('a')) })).toEqual(['1 data'])
})

const plain = { a: panel(1, [asked('up')]) }
test.each<[string, Json, string]>([
  [
    'a layout of the future',
    { elements: plain, layout: { kind: 'OrbitLayout', spec: {} } },
    'It may stand in a layout of kind OrbitLayout, which is not understood.',
  ],
  [
    'a part of the future in a layout',
    { elements: plain, layout: grid({ kind: 'OrbitItem', spec: {} }) },
    'It may stand in a part of kind OrbitItem, which is not understood.',
  ],
  [
    'an element of the future',
    { elements: { a: { kind: 'Hologram', spec: { id: 1 } } }, layout: grid(at('a')) },
    'An element of kind Hologram is not understood.',
  ],
  [
    'queries of another form',
    { elements: { a: panel(1, [{ kind: 'Thought', spec: {} }]) }, layout: grid(at('a')) },
    'Its queries stand in a form that is not understood.',
  ],
  [
    'a variable of the future',
    {
      elements: { a: panel(1, [asked('up{a="$mood"}')]) },
      layout: grid(at('a')),
      variables: [{ kind: 'MoodVariable', spec: { name: 'mood' } }],
    },
    'It uses the variable mood, whose kind MoodVariable is not understood.',
  ],
  [
    'an element that is named and not there',
    { elements: {}, layout: grid(at('a')) },
    'What it is cannot be read from the dashboard.',
  ],
])('nobody can tell of %s', async (_, dashboard, message) => {
  const { panels } = await check(dashboard)
  expect(panels).toMatchObject([{ state: 'not-checked', message }])
  expect(grafana.queried).toEqual([])
})
