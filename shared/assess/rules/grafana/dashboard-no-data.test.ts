import { expect, test } from 'vitest'
import { minute, noon, second } from '../../../../test/support/a-world.ts'
import {
  aBaseline,
  aDashboard,
  answers,
  grafanaWith,
  monitored,
  prometheusWith,
} from '../../../../test/support/some-monitoring.ts'
import type { Panel, PanelState } from '../../../domain/grafana.ts'
import { dashboardNoData } from './dashboard-no-data.ts'

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
  ['text asks for nothing', ['asks-nothing'], undefined, undefined],
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
})

test.each([
  ['the first scrapes of a Prometheus that has just started', 20, []],
  ['a Prometheus that has had its time', 120, ['DASHBOARD_NO_DATA']],
] as const)('%s', (_, seconds, codes) => {
  const checkedAt = noon - minute
  const dashboards = [aDashboard({ panels: panels('no-data') })]
  const grafana = [grafanaWith({ dashboards, dashboardsCheckedAt: checkedAt })]
  const prometheus = [prometheusWith({ startedAt: checkedAt - seconds * second })]
  const found = dashboardNoData(monitored({ grafana, prometheus }))
  expect(found.map(({ code }) => code)).toEqual(codes)
})
