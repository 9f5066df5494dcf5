import { expect, test } from 'vitest'
import { aReading } from '../../../../test/support/a-world.ts'
import { aListener, aUnit, monitored } from '../../../../test/support/some-monitoring.ts'
import type { PortOwner } from '../../../domain/port.ts'
import { hybridDeployment } from './hybrid-deployment.ts'

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
