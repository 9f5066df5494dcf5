import { describe, expect, test } from 'vitest'
import { aReading, noon, noReading } from '../../../test/support/a-world.ts'
import {
  aDashboard,
  anExporterSight,
  answers,
  aTarget,
  fails,
  gpuExporterSight,
  grafanaWith,
  monitored,
  prometheusWith,
  someMonitoring,
} from '../../../test/support/some-monitoring.ts'
import type { PanelState } from '../../domain/grafana.ts'
import type { MonitoringSights } from '../../domain/monitoring.ts'
import type { ChainStage } from '../../ipc/status.ts'
import { isDamage, linksOf } from './chain.ts'

const link = (stage: ChainStage, different: Partial<MonitoringSights>) => {
  const found = linksOf(monitored(different), someMonitoring(different)).find(
    (one) => one.stage === stage,
  )
  return { state: found?.state, sentence: found?.sentence }
}
const showing = (...states: PanelState[]) =>
  grafanaWith({
    dashboards: [
      aDashboard({ panels: states.map((state, id) => ({ id, title: '', state, message: '' })) }),
    ],
  })
const unasked = { exposition: noReading<never>('refused') }

describe('an exporter that we cannot ask', () => {
  test('works where Prometheus gets its metrics', () => {
    expect(link('exporter', { exporters: [anExporterSight(unasked), gpuExporterSight] })).toEqual({
      state: 'works',
      sentence: 'All 2 exporters give metrics.',
    })
  })

  test('is unknown where nobody does', () => {
    const prometheus = [prometheusWith({ targets: [] })]
    expect(
      link('exporter', { exporters: [anExporterSight(unasked), gpuExporterSight], prometheus }),
    ).toEqual({
      state: 'cannot-tell',
      sentence: 'Whether node-exporter gives metrics cannot be told.',
    })
  })
})

const cannotTell: [string, ChainStage, Partial<MonitoringSights>][] = [
  ['a Prometheus without targets', 'target', { prometheus: [prometheusWith({ targets: [] })] }],
  [
    'a target not scraped yet',
    'target',
    { prometheus: [prometheusWith({ targets: [aTarget({ health: 'unknown' })] })] },
  ],
  ['no samples', 'samples', { prometheus: [prometheusWith({ newestSampleAt: {} })] }],
  [
    'a Prometheus out of sight',
    'samples',
    { prometheus: [fails(prometheusWith(), noReading('pending'))] },
  ],
  [
    'datasources without any health check',
    'datasource',
    {
      grafana: [
        grafanaWith({
          datasources: [
            { uid: 'x', name: 'X', type: 'x', url: '', health: 'unknown', message: '' },
          ],
        }),
      ],
    },
  ],
  ['dashboards that nobody may ask', 'dashboard', { grafana: [showing('not-checked')] }],
  [
    'a Loki without a line',
    'logs',
    { loki: [answers('loki', 3100, { ready: true, version: '3.7.6' })] },
  ],
  [
    'a Watchdog that has not come yet',
    'alerting',
    {
      watchdog: aReading({ url: 'http://127.0.0.1:9099', everySeconds: 60, listeningSince: noon }),
    },
  ],
]

test.each(cannotTell)('of %s nobody can tell', (_, stage, sights) => {
  expect(link(stage, sights).state).toBe('cannot-tell')
})

test('dashboards are counted as everywhere', () => {
  expect(link('dashboard', { grafana: [showing('data', 'not-checked')] })).toEqual({
    state: 'works',
    sentence: '1 of 1 dashboard shows data.',
  })
  expect(link('dashboard', { grafana: [showing('asks-nothing')] })).toEqual({
    state: 'not-there',
    sentence: 'No dashboard asks for data.',
  })
})

test('the damage is what stands in the chain, and a cause is none', () => {
  expect(isDamage('DASHBOARD_NO_DATA')).toBe(true)
  expect(isDamage('HYBRID_DEPLOYMENT')).toBe(false)
})
