import { expect, test } from 'vitest'
import {
  aTarget,
  hostTarget,
  monitored,
  prometheusWith,
} from '../../../../test/support/some-monitoring.ts'
import { prometheusTargetDown } from './prometheus-target-down.ts'

test("in Prometheus's own words, and tied to the service behind it", () => {
  const error = 'dial tcp: lookup host.docker.internal on 127.0.0.11:53: no such host'
  const targets = [
    aTarget({ health: 'unknown' }),
    { ...hostTarget, health: 'down', error } as const,
  ]
  expect(
    prometheusTargetDown(monitored({ prometheus: [prometheusWith({ targets })] })),
  ).toMatchObject([
    {
      subject: 'target:host/host.docker.internal:9100',
      sentence: 'Target host.docker.internal:9100 of job host is down, expected up.',
      evidence: { 'Prometheus says': error },
      about: expect.arrayContaining(['job:host', 'service:odin/node-exporter']),
    },
  ])
})

test('up is up', () => {
  expect(prometheusTargetDown(monitored())).toEqual([])
})
