import { expect, test } from 'vitest'
import {
  aContainer,
  anObservedState,
  aReading,
  desktopWith,
  nativeWith,
  noReading,
} from '../../../../test/support/a-world.ts'
import {
  aHost,
  aListener,
  aTarget,
  aUnit,
  monitored,
  prometheusWith,
} from '../../../../test/support/some-monitoring.ts'
import type { Listener, PortOwner } from '../../../domain/port.ts'
import { diskFilling } from './disk-filling.ts'
import { hybridDeployment } from './hybrid-deployment.ts'
import { portConflict } from './port-conflict.ts'
import { portNearMiss } from './port-near-miss.ts'
import { unitFailed } from './unit-failed.ts'

const unitOwner = (unit: string): PortOwner => ({ kind: 'unit', unit, scope: 'system', pid: 811 })

test.each([
  ['node_exporter.service', 'node-exporter'],
  ['prometheus-node-exporter.service', 'node-exporter'],
  ['nvidia_gpu_exporter.service', 'gpu-exporter'],
  ['grafana-server.service', 'grafana'],
  ['prometheus.service', 'prometheus'],
  ['prometheus-haproxy-exporter.service', undefined],
  ['docker.service', undefined],
])('%s does the work of %s', (name, service) => {
  const found = hybridDeployment(monitored({ units: aReading([aUnit({ name })]) }))
  expect(found.map(({ sentence }) => sentence)).toEqual(
    service ? [`${name} does the work of ${service}, expected only its container.`] : [],
  )
})

test('a unit with any name that holds the port, and none that is not running', () => {
  const units = aReading([aUnit({ name: 'metrics.service' })])
  const listeners = aReading([aListener(9100, unitOwner('metrics.service'))])
  expect(hybridDeployment(monitored({ units, listeners }))).toMatchObject([
    {
      subject: 'unit:metrics.service',
      about: ['service:odin/node-exporter', 'port:9100'],
      evidence: { 'ports held': '9100', 'starts with the machine': 'enabled' },
    },
  ])
  const idle = aReading([aUnit({ active: 'inactive', sub: 'dead' })])
  expect(hybridDeployment(monitored({ units: idle }))).toEqual([])
})

test.each([
  [{ active: 'failed', sub: 'failed', result: 'exit-code' }, 'has failed (exit-code)'],
  [{ active: 'activating', sub: 'auto-restart', result: 'exit-code' }, 'keeps failing (exit-code)'],
  [{ active: 'failed', load: 'not-found', sub: 'failed' }, undefined],
  [{}, undefined],
] as const)('a unit that %j', (different, fact) => {
  const found = unitFailed(monitored({ units: aReading([aUnit(different)]) }))
  expect(found.map(({ sentence }) => sentence)).toEqual(
    fact ? [`node_exporter.service ${fact}, expected it active.`] : [],
  )
})

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

const gib = 1024 ** 3
test.each([
  [500, 200, undefined],
  [4_000, 300, undefined],
  [100, 9, 'warning'],
  [100, 2, 'critical'],
  [0, 0, undefined],
])('a disk of %s GiB with %s free is %s', (size, free, severity) => {
  const disks = [{ mount: '/srv', sizeBytes: size * gib, freeBytes: free * gib }]
  const found = diskFilling(monitored({ host: aReading(aHost({ disks })) }))
  expect(found.map((finding) => finding.severity)).toEqual(severity ? [severity] : [])
})
