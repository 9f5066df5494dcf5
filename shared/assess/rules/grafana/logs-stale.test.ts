import { expect, test } from 'vitest'
import { minute, noon, noReading } from '../../../../test/support/a-world.ts'
import { answers, fails, monitored } from '../../../../test/support/some-monitoring.ts'
import type { Loki } from '../../../domain/prometheus.ts'
import { logsStale } from './logs-stale.ts'

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
