import { expect, test } from 'vitest'
import type { QueryResult, RawDashboard, RawPanel } from '../grafana-answers.ts'
import { judgeAnswer } from './judge-answer.ts'
import { forOneCopy, panelAsks, type Surroundings } from './panel-queries.ts'
import { panelsOf } from './panels-of.ts'

const around: Surroundings = {
  range: { from: 0, to: 900_000 },
  variables: new Map([
    ['ds', { values: ['p2'], texts: ['Other'], many: false }],
    ['job', { values: ['a', 'b'], texts: ['a', 'b'], many: true }],
  ]),
  list: [],
  sources: [
    { uid: 'p1', name: 'Prometheus', type: 'prometheus', isDefault: true, timeInterval: '30s' },
    { uid: 'p2', name: 'Other', type: 'prometheus', isDefault: false },
    { uid: 'l1', name: 'Loki', type: 'loki', isDefault: false },
  ],
}

const aPanel = (more: Record<string, unknown>): RawPanel =>
  ({
    id: 1,
    title: 'P',
    type: 'timeseries',
    targets: [{ refId: 'A', expr: 'up' }],
    ...more,
  }) as RawPanel

const asked = (more: Record<string, unknown>, where = around) => {
  const asks = panelAsks(aPanel(more), where)
  return asks.kind === 'queries' ? asks.queries : asks
}

test.each<[string, Record<string, unknown>, string[]]>([
  ['nothing named: the default', {}, ['p1']],
  ['null: the default', { datasource: null }, ['p1']],
  ['the word default', { datasource: 'default' }, ['p1']],
  ['a name', { datasource: 'Other' }, ['p2']],
  ['a uid', { datasource: { uid: 'p2', type: 'prometheus' } }, ['p2']],
  ['a type alone', { datasource: { type: 'loki' } }, ['l1']],
  ['a variable', { datasource: { uid: '${ds}' } }, ['p2']],
  ['an old variable', { datasource: '$ds' }, ['p2']],
  [
    'the old mark of mixed',
    {
      datasource: '-- Mixed --',
      targets: [
        { refId: 'A', expr: 'up', datasource: 'Loki' },
        { refId: 'B', expr: 'up' },
      ],
    },
    ['l1', 'p1'],
  ],
  [
    'mixed',
    {
      datasource: { uid: '-- Mixed --', type: 'datasource' },
      targets: [
        { refId: 'A', expr: 'up', datasource: { uid: 'p2' } },
        { refId: 'B', expr: '{a="b"}', datasource: { uid: 'l1' } },
      ],
    },
    ['p2', 'l1'],
  ],
  [
    'hidden queries are not sent',
    {
      targets: [
        { refId: 'A', expr: 'up', hide: true },
        { refId: 'B', expr: 'up' },
      ],
    },
    ['p1'],
  ],
  ['blank queries are not sent', { targets: [{ refId: 'A', expr: ' ' }, { expr: 'up' }] }, ['p1']],
  [
    'an expression takes the hidden ones along',
    {
      targets: [
        { refId: 'A', expr: 'up', hide: true },
        {
          refId: 'B',
          type: 'math',
          expression: '$A*2',
          datasource: { uid: '__expr__', type: '__expr__' },
        },
      ],
    },
    ['p1', '__expr__'],
  ],
])('where it asks: %s', (_, panel, uids) => {
  const queries = asked(panel)
  expect(Array.isArray(queries) && queries.map(({ datasource }) => datasource.uid)).toEqual(uids)
})

test.each<[string, Record<string, unknown>, string, string]>([
  ['words', { type: 'text' }, 'nothing', 'A panel of type text asks no datasource.'],
  ['news', { type: 'news' }, 'nothing', 'A panel of type news asks no datasource.'],
  ['no targets', { targets: undefined }, 'nothing', 'It has no query of its own.'],
  [
    'hidden alone',
    { targets: [{ refId: 'A', expr: 'up', hide: true }] },
    'nothing',
    'It has no query of its own.',
  ],
  [
    'made of other panels',
    { datasource: { uid: '-- Dashboard --' }, targets: [{ refId: 'A', panelId: 2 }] },
    'nothing',
    'It has no query of its own.',
  ],
  [
    'made by Grafana',
    { datasource: { uid: '-- Grafana --' } },
    'nothing',
    'It has no query of its own.',
  ],
  [
    'a datasource that is gone',
    { datasource: { uid: 'old' } },
    'broken',
    'There is no datasource old.',
  ],
  [
    'a query of one that is gone',
    {
      datasource: { uid: '-- Mixed --' },
      targets: [{ refId: 'A', expr: 'up', datasource: { uid: 'old' } }],
    },
    'broken',
    'There is no datasource old.',
  ],
])('what it does not ask: %s', (_, panel, kind, why) => {
  expect(panelAsks(aPanel(panel), around)).toEqual({ kind, why })
})

test('a query is sent with few points, its own fields, and all variables in place', () => {
  const expr = 'rate(x{job=~"$job"}[$__rate_interval])'
  expect(
    asked({ targets: [{ refId: 'Q', expr, exemplar: true, legendFormat: '{{job}}' }] }),
  ).toEqual([
    {
      refId: 'Q',
      expr: 'rate(x{job=~"(a|b)"}[2m])',
      exemplar: false,
      legendFormat: '{{job}}',
      interval: '',
      datasource: { uid: 'p1', type: 'prometheus' },
      intervalMs: 45_000,
      maxDataPoints: 20,
    },
  ])
})

test('the smallest interval of query, panel and datasource', () => {
  const expr = '$__interval'
  const of = (panel: Record<string, unknown>) => {
    const queries = asked({ targets: [{ expr, ...panel }], ...panel })
    return Array.isArray(queries) ? queries[0]?.['expr'] : undefined
  }
  expect(of({})).toBe('30s')
  expect(of({ interval: '5m' })).toBe('5m')
})

test('filters that a viewer added go along for the plugin to apply', () => {
  const filters = [{ key: 'job', operator: '=', value: 'a' }]
  const list = [{ name: 'f', type: 'adhoc', query: '', datasource: undefined, filters }]
  expect(asked({}, { ...around, list })).toMatchObject([{ adhocFilters: filters }])
})

test('of a repeated panel the first copy is asked', () => {
  const one = forOneCopy(around.variables, ['job'])
  const targets = [{ refId: 'A', expr: 'up{job="$job"}' }]
  expect(asked({ targets }, { ...around, variables: one })).toMatchObject([{ expr: 'up{job="a"}' }])
})

test('panels in rows, folded, open and old, with what repeats them', () => {
  const dashboard = {
    title: 'D',
    panels: [
      { id: 1, type: 'stat' },
      {
        id: 2,
        type: 'row',
        repeat: 'host',
        collapsed: true,
        panels: [{ id: 3, type: 'stat', repeat: 'disk' }],
      },
      { id: 4, type: 'row', repeat: 'job', collapsed: false, panels: [] },
      { id: 5, type: 'stat' },
      { id: 6, type: 'row' },
      { id: 7, type: 'stat' },
    ],
    rows: [{ repeat: 'zone', panels: [{ id: 8, type: 'graph' }] }],
  } as unknown as RawDashboard
  const placed = panelsOf(dashboard).map(({ panel, oneValueOf }) => [panel.id, ...oneValueOf])
  expect(placed).toEqual([[1], [3, 'host', 'disk'], [5, 'job'], [7], [8, 'zone']])
})

const frame = (values: unknown[][], entities?: unknown[]) => ({
  schema: { fields: [{ type: 'time' }, { type: 'number' }] },
  data: { values, ...(entities && { entities }) },
})

test.each<[string, (QueryResult | undefined)[], string]>([
  ['a value', [{ frames: [frame([[1], [0]])] }], 'data'],
  [
    'NaN, which is listed apart',
    [{ frames: [frame([[1], [null]], [null, { NaN: [0] }])] }],
    'data',
  ],
  [
    'nulls',
    [
      {
        frames: [
          frame([
            [1, 2],
            [null, null],
          ]),
        ],
      },
    ],
    'no-data',
  ],
  ['no rows', [{ frames: [frame([[], []])] }], 'no-data'],
  ['no frames', [{ frames: [] }], 'no-data'],
  ['frames without fields', [{ frames: [{}] }], 'no-data'],
  ['null for frames', [{ frames: null }], 'no-data'],
  ['one of two has some', [{ frames: [] }, { frames: [frame([[1], [1]])] }], 'data'],
  [
    'text',
    [{ frames: [{ schema: { fields: [{ type: 'string' }] }, data: { values: [['a']] } }] }],
    'data',
  ],
  ['an error', [{ error: 'bad_data: no' }], 'error'],
  ['an error beside data', [{ frames: [frame([[1], [1]])] }, { error: 'no' }], 'error'],
  ['a status without an error', [{ status: 500 }], 'error'],
  ['a query without an answer', [undefined], 'not-checked'],
])('judged: %s', (_, results, state) => {
  expect(judgeAnswer(results).state).toBe(state)
})
