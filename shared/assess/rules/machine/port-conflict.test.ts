import { expect, test } from 'vitest'
import {
  aContainer,
  anObservedState,
  aReading,
  desktopWith,
  nativeWith,
  noReading,
} from '../../../../test/support/a-world.ts'
import { aListener, monitored } from '../../../../test/support/some-monitoring.ts'
import type { PortOwner } from '../../../domain/port.ts'
import { portConflict } from './port-conflict.ts'

const unitOwner = (unit: string): PortOwner => ({ kind: 'unit', unit, scope: 'system', pid: 811 })

const without = anObservedState({
  engines: [
    desktopWith([aContainer({ service: 'node-exporter', state: 'exited', portsGot: [] })]),
    nativeWith(),
  ],
})
const container = (service: string): PortOwner => ({
  kind: 'container',
  engineId: 'NATV',
  project: 'odin',
  service,
  container: `odin-${service}-1`,
})

test.each<[string, PortOwner, string | undefined]>([
  ['a unit', unitOwner('node_exporter.service'), 'node_exporter.service'],
  ['a program', { kind: 'process', pid: 7, command: 'python3' }, 'python3 (pid 7)'],
  ['another service', container('web'), 'odin/web'],
  ['its own container elsewhere', container('node-exporter'), undefined],
  [
    "Docker Desktop's backend",
    { kind: 'process', pid: 7, command: 'com.docker.backend' },
    undefined,
  ],
  ['nobody knows who', { kind: 'unknown', uid: 0 }, undefined],
])('9100 is held by %s', (_, owner, name) => {
  const listeners = aReading([aListener(9100, owner)])
  expect(
    portConflict(monitored({ listeners }, { observed: without })).map(({ sentence }) => sentence),
  ).toEqual(name ? [`Port 9100 is held by ${name}, expected node-exporter.`] : [])
})

test('who has the port is in no conflict, whatever holds it for them', () => {
  const node = {
    service: 'node-exporter',
    portsGot: [{ containerPort: 9100, protocol: 'tcp', hostIp: '', hostPort: 9100 }],
  } as const
  const observed = anObservedState({ engines: [desktopWith([aContainer(node)]), nativeWith()] })
  const listeners = aReading([aListener(9100, { kind: 'process', pid: 1, command: 'x' })])
  expect(portConflict(monitored({ listeners }, { observed }))).toEqual([])
})

test('what the engine refused is a conflict also when nobody is seen', () => {
  const error = 'Bind for 0.0.0.0:9100 failed: port is already allocated'
  const node = aContainer({ service: 'node-exporter', state: 'created', error, portsGot: [] })
  const observed = anObservedState({ engines: [desktopWith([node]), nativeWith()] })
  expect(portConflict(monitored({ listeners: noReading('other') }, { observed }))).toMatchObject([
    { sentence: 'Port 9100 is held by somebody else, expected node-exporter.' },
  ])
})

test('another address is another port', () => {
  const listeners = aReading([aListener(9100, unitOwner('x.service'), ['10.0.0.1'])])
  expect(portConflict(monitored({ listeners }, { observed: without }))).toHaveLength(1)
  expect(
    portConflict({
      ...monitored({ listeners }, { observed: without }),
      monitoring: undefined,
    } as never),
  ).toEqual([])
})
