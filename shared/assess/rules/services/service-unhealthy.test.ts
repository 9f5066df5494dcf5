import { expect, test } from 'vitest'
import { withService } from '../../../../test/support/a-situation.ts'
import { serviceUnhealthy } from './service-unhealthy.ts'

test('the healthcheck ran and says no', () => {
  const lastHealthcheck = { exitCode: 1, output: 'HTTP 503\n' }
  expect(
    serviceUnhealthy(withService('loki', { health: 'unhealthy', lastHealthcheck })),
  ).toMatchObject([
    {
      severity: 'warning',
      sentence: 'loki is unhealthy, expected healthy.',
      evidence: { 'the check says': 'HTTP 503', 'exit code of the check': '1' },
    },
  ])
})

test.each(['none', 'starting', 'healthy'] as const)('says nothing while it is %s', (health) => {
  expect(serviceUnhealthy(withService('loki', { health }))).toEqual([])
})

test('a check that cannot run says nothing about the service', () => {
  const lastHealthcheck = { exitCode: 127, output: 'wget: not found' }
  expect(serviceUnhealthy(withService('loki', { health: 'unhealthy', lastHealthcheck }))).toEqual(
    [],
  )
})
