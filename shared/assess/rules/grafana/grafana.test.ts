import { expect, test } from 'vitest'
import { minute, noon, noReading } from '../../../../test/support/a-world.ts'
import {
  aBaseline,
  aDashboard,
  answers,
  fails,
  grafanaWith,
  monitored,
} from '../../../../test/support/some-monitoring.ts'
import type { Panel, PanelState } from '../../../domain/grafana.ts'
import type { Loki } from '../../../domain/prometheus.ts'
import { dashboardNoData } from './dashboard-no-data.ts'
import { datasourceBroken } from './datasource-broken.ts'
import { grafanaUnreachable } from './grafana-unreachable.ts'
import { logsStale } from './logs-stale.ts'

test('Grafana that fails, or cannot use its database', () => {
  const silent = [fails(grafanaWith(), noReading('timeout'))]
  expect(grafanaUnreachable(monitored({ grafana: silent }))).toHaveLength(1)
  const broken = [grafanaWith({ databaseOk: false })]
  expect(grafanaUnreachable(monitored({ grafana: broken }))).toMatchObject([
    {
      sentence:
        'grafana answers at http://127.0.0.1:3000 and cannot use its database, expected it ready.',
    },
  ])
  expect(grafanaUnreachable(monitored())).toEqual([])
})

test('a datasource that does not answer', () => {
  const datasources = (['ok', 'unknown', 'error'] as const).map((health) => ({
    uid: health,
    name: 'Prometheus',
    type: 'prometheus',
    url: 'http://prometheus:9090',
    health,
    message: 'no such host',
  }))
  expect(datasourceBroken(monitored({ grafana: [grafanaWith({ datasources })] }))).toMatchObject([
    {
      subject: 'datasource:error',
      sentence: 'Datasource Prometheus does not answer grafana, expected it healthy.',
      about: expect.arrayContaining(['service:odin/prometheus']),
    },
  ])
  expect(datasourceBroken(monitored())).toEqual([])
})

const panels = (...states: PanelState[]): Panel[] =>
  states.map((state, index) => ({ id: index + 1, title: `P${index + 1}`, state, message: '' }))

test.each<[string, PanelState[], string[] | undefined, string | undefined]>([
  ['one empty panel says nothing', ['data', 'no-data'], undefined, undefined],
  ['no panel shows data', ['no-data', 'no-data'], undefined, 'shows no data in any panel'],
  ['an error is one', ['data', 'error'], undefined, 'shows no data in 1 of 2 panels'],
  ['it was empty when it was accepted', ['no-data', 'no-data'], [], undefined],
  [
    'it showed data when it was accepted',
    ['data', 'no-data', 'no-data'],
    ['nodes/1', 'nodes/3'],
    'shows no data in 1 of 3 panels',
  ],
  ['text asks for nothing', ['not-checked'], undefined, undefined],
])('%s', (_, states, accepted, fact) => {
  const grafana = [grafanaWith({ dashboards: [aDashboard({ panels: panels(...states) })] })]
  const baseline = aBaseline(accepted ? { panels: accepted } : {})
  expect(
    dashboardNoData(monitored({ grafana }, { baseline })).map(({ sentence }) => sentence),
  ).toEqual(fact ? [`Dashboard Nodes ${fact}, expected data.`] : [])
})

test('without a token nothing is said about dashboards', () => {
  const grafana = [answers('grafana', 3000, { version: '', databaseOk: true })]
  expect(dashboardNoData(monitored({ grafana }))).toEqual([])
  expect(datasourceBroken(monitored({ grafana }))).toEqual([])
})

const lokiWith = (loki: Partial<Loki>) => [
  answers<Loki>('loki', 3100, { ready: true, version: '3', ...loki }),
]

test.each<[string, Partial<Loki>, string[]]>([
  ['a new line', { newestLineAt: noon - minute }, []],
  ['no line ever', {}, []],
  [
    'starting',
    { ready: false },
    ['loki answers at http://127.0.0.1:3100 and is not ready, expected it ready.'],
  ],
  [
    'an old line',
    { newestLineAt: noon - 40 * minute },
    ['loki has had no new log line for 40 min, expected some.'],
  ],
])('logs: %s', (_, loki, expected) => {
  expect(logsStale(monitored({ loki: lokiWith(loki) })).map(({ sentence }) => sentence)).toEqual(
    expected,
  )
})

test('a shipper that does not answer', () => {
  const shipper = answers('alloy', 12_345, { ready: true, program: 'alloy' })
  const shippers = [fails(shipper, noReading('refused'))]
  expect(logsStale(monitored({ shippers }))).toMatchObject([{ subject: 'service:odin/alloy' }])
})
