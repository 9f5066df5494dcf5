import { expect, test } from 'vitest'
import { anAlertmanager, answers, monitored } from '../../../../test/support/some-monitoring.ts'
import { alertmanagerUnreachable } from './alertmanager-unreachable.ts'

test('Alertmanager that is not ready', () => {
  const alertmanager = [answers('alertmanager', 9093, anAlertmanager({ ready: false }))]
  expect(alertmanagerUnreachable(monitored({ alertmanager }))).toMatchObject([
    { code: 'ALERTMANAGER_UNREACHABLE', subject: 'service:odin/alertmanager' },
  ])
})

test('all is well', () => {
  expect(alertmanagerUnreachable(monitored())).toEqual([])
})
