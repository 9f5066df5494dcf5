import { expect, test } from 'vitest'
import { answers, grafanaWith, monitored } from '../../../../test/support/some-monitoring.ts'
import { datasourceBroken } from './datasource-broken.ts'

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

test('without a token nothing is said about datasources', () => {
  const grafana = [answers('grafana', 3000, { version: '', databaseOk: true })]
  expect(datasourceBroken(monitored({ grafana }))).toEqual([])
})
