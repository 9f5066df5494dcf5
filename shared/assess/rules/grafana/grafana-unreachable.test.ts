import { expect, test } from 'vitest'
import { noReading } from '../../../../test/support/a-world.ts'
import { fails, grafanaWith, monitored } from '../../../../test/support/some-monitoring.ts'
import { grafanaUnreachable } from './grafana-unreachable.ts'

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
