import { expect, test } from 'vitest'
import { noReading } from '../../../../test/support/a-world.ts'
import { anExporterSight, monitored } from '../../../../test/support/some-monitoring.ts'
import type { FailureCode } from '../../../domain/reading.ts'
import { exporterDown } from './exporter-down.ts'
import { exporterNotMetrics } from './exporter-not-metrics.ts'

const failing = (code: FailureCode) =>
  monitored({ exporters: [anExporterSight({ exposition: noReading(code, 'no luck') })] })

test.each<[FailureCode, string[]]>([
  ['refused', ['EXPORTER_DOWN']],
  ['timeout', ['EXPORTER_DOWN']],
  ['not-found', ['EXPORTER_DOWN']],
  ['other', ['EXPORTER_DOWN']],
  ['not-metrics', ['EXPORTER_NOT_METRICS']],
  ['invalid', ['EXPORTER_NOT_METRICS']],
  ['pending', []],
  ['permission-denied', []],
])('%s is told as %j', (code, codes) => {
  const found = [...exporterDown(failing(code)), ...exporterNotMetrics(failing(code))]
  expect(found.map((finding) => finding.code)).toEqual(codes)
})

test('says who, where, and why', () => {
  expect(exporterDown(failing('refused'))).toMatchObject([
    {
      subject: 'service:odin/node-exporter',
      sentence:
        'node-exporter does not answer at http://127.0.0.1:9100/metrics, expected its metrics.',
      evidence: { failure: 'no luck', kind: 'node' },
    },
  ])
})
