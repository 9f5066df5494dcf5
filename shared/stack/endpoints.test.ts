import { expect, test } from 'vitest'
import { aContainer, aHome, aService, aStack } from '../../test/support/a-world.ts'
import type { StackService } from '../domain/stack.ts'
import { endpointsOf, machineOf } from './endpoints.ts'

const only = (service: Partial<StackService>) => aStack({ services: [aService(service)] })
const nodeExporter = {
  name: 'node',
  image: 'prom/node-exporter',
  exporter: { port: 9100, kind: 'node' },
}

test.each<[string, Partial<StackService>, object]>([
  [
    'a wildcard is asked on loopback',
    { image: 'prom/prometheus:v3', ports: ['9999:9090'] },
    { prometheus: [{ project: 'odin', service: 'prometheus', url: 'http://127.0.0.1:9999' }] },
  ],
  [
    'a host address is asked as it is',
    { image: 'ghcr.io:443/grafana/grafana@sha256:0', ports: ['192.168.1.9:80:3000'] },
    { grafana: [{ url: 'http://192.168.1.9:80' }] },
  ],
  [
    'the port that is meant, of several',
    { image: 'grafana/loki', ports: ['9095:9095', '[::1]:3101:3100'] },
    { loki: [{ url: 'http://[::1]:3101' }] },
  ],
  [
    'an exporter has its own path',
    { ...nodeExporter, ports: ['9101:9100'] },
    { exporters: [{ kind: 'node', url: 'http://127.0.0.1:9101/metrics' }] },
  ],
  [
    'a built image is called like its service',
    { name: 'alertmanager', image: 'odin-alertmanager', ports: ['9093:9093'] },
    { alertmanager: [{ url: 'http://127.0.0.1:9093' }] },
  ],
  [
    'a shipper by its program',
    { name: 'logs', image: 'grafana/alloy:v1', ports: ['12345:12345'] },
    { shippers: [{ program: 'alloy', url: 'http://127.0.0.1:12345' }] },
  ],
  [
    'without a port there is no way in',
    { ...nodeExporter, ports: [] },
    { exporters: [], unreachable: [{ service: 'node', role: 'exporter' }] },
  ],
  [
    'which port the engine chose is not in the file',
    { image: 'prom/prometheus', ports: ['9090'] },
    { prometheus: [], unreachable: [{ role: 'prometheus' }] },
  ],
  ['a renderer is none of them', { image: 'grafana/grafana-image-renderer' }, { grafana: [] }],
])('%s', (_, service, expected) => {
  expect(endpointsOf(only(service))).toMatchObject(expected)
})

test('the stack file has the last word', () => {
  const urls = { node: 'http://odin.lan:9100', 'odin/prometheus': 'http://odin.lan/prometheus/' }
  const services = [aService({ image: 'prom/prometheus' }), aService(nodeExporter)]
  expect(endpointsOf({ ...aStack({ services }), monitoring: { urls } })).toMatchObject({
    exporters: [{ url: 'http://odin.lan:9100/metrics' }],
    prometheus: [{ url: 'http://odin.lan/prometheus' }],
  })
})

test('containers tell which port the engine chose, and who lives in the host network', () => {
  const chosen = {
    containerPort: 9090,
    protocol: 'tcp',
    hostIp: '0.0.0.0',
    hostPort: 49_153,
  } as const
  const services = [
    aService({ image: 'prom/prometheus', ports: ['9090'] }),
    aService({ ...nodeExporter, ports: [] }),
  ]
  const containers = [
    aContainer({ service: 'prometheus', portsGot: [chosen] }),
    aContainer({ service: 'node', networkMode: 'host', portsGot: [] }),
  ]
  expect(endpointsOf(aStack({ services }), containers)).toMatchObject({
    prometheus: [{ url: 'http://127.0.0.1:49153' }],
    exporters: [{ url: 'http://127.0.0.1:9100/metrics' }],
    unreachable: [],
  })
})

test.each([
  ['unix:///var/run/docker.sock', '127.0.0.1'],
  ['ssh://ada@server:22', 'server'],
  ['tcp://localhost:2375', '127.0.0.1'],
  ['tcp://[fd00::1]:2376', '[fd00::1]'],
])('ports of %s are at %s', (endpoint, machine) => {
  expect(machineOf(endpoint)).toBe(machine)
  const stack = {
    ...only({ image: 'prom/prometheus', ports: ['9090:9090'] }),
    home: aHome({ endpoint }),
  }
  expect(endpointsOf(stack).prometheus[0]?.url).toBe(`http://${machine}:9090`)
})
