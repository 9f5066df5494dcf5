import { expect, test } from 'vitest'
import { aHome, aReading, noReading } from '../../../../test/support/a-world.ts'
import {
  anExporterSight,
  anExposition,
  bootTime,
  monitored,
  monitoredStack,
} from '../../../../test/support/some-monitoring.ts'
import type { MeasuredMachine } from '../../../domain/exporter-sight.ts'
import { wrongMachineMeasured } from './wrong-machine-measured.ts'

const gib = 1024 ** 3
const measuring = (machine: MeasuredMachine, kind = 'node') =>
  monitored({
    exporters: [anExporterSight({ kind, exposition: aReading(anExposition({ machine })) })],
  })

test.each<[string, MeasuredMachine, number]>([
  ['the same machine', { memoryBytes: 32 * gib, bootTime }, 0],
  ['a clock that was set', { memoryBytes: 32 * gib, bootTime: bootTime + 90 }, 0],
  ['an exporter that tells nothing', {}, 0],
  ['a virtual machine with less memory', { memoryBytes: 8 * gib, bootTime }, 1],
  [
    'a virtual machine that started later',
    { memoryBytes: 32 * gib, bootTime: bootTime + 9_000 },
    1,
  ],
])('%s: %#', (_, machine, count) => {
  expect(wrongMachineMeasured(measuring(machine))).toHaveLength(count)
})

test('says both sides', () => {
  expect(wrongMachineMeasured(measuring({ memoryBytes: 4.7 * gib, bootTime }))).toMatchObject([
    {
      sentence: 'node-exporter measures a machine with 4.7 GiB of memory, expected this one.',
      evidence: { 'memory of this machine': '32.0 GiB', 'runs on': 'Docker Desktop' },
    },
  ])
})

test('what says nothing about this machine is left alone', () => {
  const other = { memoryBytes: 8 * gib }
  expect(wrongMachineMeasured(measuring(other, 'cadvisor'))).toEqual([])
  expect(
    wrongMachineMeasured({
      ...measuring(other),
      stack: { ...monitoredStack, home: aHome({ endpoint: 'ssh://ada@server' }) },
    }),
  ).toEqual([])
  const blind = measuring(other)
  const monitoring = blind.monitoring && { ...blind.monitoring, host: noReading<never>('other') }
  expect(wrongMachineMeasured({ ...blind, ...(monitoring && { monitoring }) })).toEqual([])
})
