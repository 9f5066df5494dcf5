import { expect, test } from 'vitest'
import { noReading } from '../../../../test/support/a-world.ts'
import { fails, monitored, prometheusWith } from '../../../../test/support/some-monitoring.ts'
import { prometheusUnreachable } from './prometheus-unreachable.ts'

test('nobody answers', () => {
  const prometheus = [fails(prometheusWith(), noReading('refused', 'Nobody listens.'))]
  expect(prometheusUnreachable(monitored({ prometheus }))).toMatchObject([
    {
      severity: 'critical',
      sentence: 'prometheus does not answer at http://127.0.0.1:9090, expected it ready.',
      evidence: { failure: 'Nobody listens.' },
    },
  ])
})

test('it answers and is not ready', () => {
  const prometheus = [prometheusWith({ ready: false })]
  expect(prometheusUnreachable(monitored({ prometheus }))).toMatchObject([
    {
      sentence: 'prometheus answers at http://127.0.0.1:9090 and is not ready, expected it ready.',
    },
  ])
})

test.each(['pending', 'permission-denied'] as const)('%s says nothing about it', (code) => {
  const prometheus = [fails(prometheusWith(), noReading(code))]
  expect(prometheusUnreachable(monitored({ prometheus }))).toEqual([])
})

test('all is well', () => {
  expect(prometheusUnreachable(monitored())).toEqual([])
})
