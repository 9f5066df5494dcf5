import { expect, test } from 'vitest'
import { aReading } from '../../../../test/support/a-world.ts'
import {
  aListener,
  aTarget,
  monitored,
  prometheusWith,
} from '../../../../test/support/some-monitoring.ts'
import type { Listener, PortOwner } from '../../../domain/port.ts'
import { portNearMiss } from './port-near-miss.ts'

const unitOwner = (unit: string): PortOwner => ({ kind: 'unit', unit, scope: 'system', pid: 811 })

const asking = (
  host: string,
  port: number,
  listeners: Listener[],
  health: 'up' | 'down' = 'down',
) =>
  portNearMiss(
    monitored({
      prometheus: [
        prometheusWith({
          targets: [aTarget({ job: 'gpu', health, scrapeUrl: `http://${host}:${port}/metrics` })],
        }),
      ],
      listeners: aReading(listeners),
    }),
  ).map(({ sentence }) => sentence)

test('9836 where 9835 is the exporter’s', () => {
  const gpu = aListener(9835, unitOwner('nvidia_gpu_exporter.service'))
  expect(asking('host.docker.internal', 9836, [gpu])).toEqual([
    'Prometheus asks host.docker.internal:9836, where nobody listens, expected 9835 of gpu-exporter.',
  ])
  expect(asking('host.docker.internal', 9836, [gpu], 'up')).toEqual([])
  expect(asking('host.docker.internal', 9836, [gpu, aListener(9836, unitOwner('x'))])).toEqual([])
  expect(asking('host.docker.internal', 9839, [gpu])).toEqual([])
  expect(asking('example.org', 9836, [gpu])).toEqual([])
})

test('asked by its name, the port inside the container counts', () => {
  expect(asking('node-exporter', 9101, [])).toEqual([
    'Prometheus asks node-exporter:9101, where nobody listens, expected 9100 of node-exporter.',
  ])
  expect(asking('node-exporter', 9100, [])).toEqual([])
})
