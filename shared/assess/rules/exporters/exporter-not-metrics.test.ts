import { expect, test } from 'vitest'
import { noReading } from '../../../../test/support/a-world.ts'
import { anExporterSight, monitored } from '../../../../test/support/some-monitoring.ts'
import { exporterNotMetrics } from './exporter-not-metrics.ts'

test('a page where metrics should be', () => {
  const exposition = noReading<never>('not-metrics', 'It answered with text/html.')
  const situation = monitored({ exporters: [anExporterSight({ exposition })] })
  expect(exporterNotMetrics(situation)).toMatchObject([
    {
      sentence:
        'node-exporter answers at http://127.0.0.1:9100/metrics with something that is no metrics, expected an exposition.',
      evidence: { answer: 'It answered with text/html.' },
    },
  ])
  expect(exporterNotMetrics(monitored())).toEqual([])
})
