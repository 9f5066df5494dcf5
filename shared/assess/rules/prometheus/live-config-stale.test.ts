import { expect, test } from 'vitest'
import { noon } from '../../../../test/support/a-world.ts'
import { anAlertmanager, answers, monitored } from '../../../../test/support/some-monitoring.ts'
import type { LiveConfiguration } from '../../../domain/prometheus.ts'
import { liveConfigStale } from './live-config-stale.ts'

const seen = (service: string, differs: readonly string[], hidden = 0) => {
  const value: LiveConfiguration = {
    ...{ file: '/o/alertmanager.yml', modifiedAt: noon, differs, hidden },
  }
  return liveConfigStale(
    monitored({
      alertmanager: [answers('alertmanager', 9093, anAlertmanager())],
      configurations: [answers(service, 9093, value)],
    }),
  )
}

test('Alertmanager that runs something else than its file says where, and never what', () => {
  expect(seen('alertmanager', ['route.receiver', 'a', 'b', 'c'], 2)).toMatchObject([
    {
      severity: 'warning',
      sentence:
        'alertmanager runs another configuration than /o/alertmanager.yml, expected what is in the file.',
      evidence: { 'differs at': 'route.receiver, a, b and 1 more', 'not comparable': '2 values' },
    },
  ])
})

test('of Loki it is told with less weight, as it may call a setting otherwise', () => {
  expect(seen('loki', ['limits_config.retention_period'])).toMatchObject([{ severity: 'info' }])
})

test('what is the same, or is not compared, is nothing', () => {
  expect(seen('alertmanager', [], 3)).toEqual([])
  expect(liveConfigStale(monitored())).toEqual([])
})
