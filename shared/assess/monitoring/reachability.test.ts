import { expect, test } from 'vitest'
import { aListener, aNetworked, onNetwork } from '../../../test/support/some-monitoring.ts'
import type { Container } from '../../domain/container.ts'
import type { EngineKind } from '../../domain/engine.ts'
import { hostAndPort } from './answers.ts'
import { type Asker, type Reach, reach } from './reachability.ts'

const gateway = ['host.docker.internal:host-gateway']
const siblings = [
  aNetworked({ service: 'node', networks: [onNetwork('odin_odin', 4, ['node', 'exporter'])] }),
  aNetworked({
    service: 'apart',
    networks: [{ ...onNetwork('other', 9), ip: '172.21.0.9', gateway: '172.21.0.1' }],
  }),
]

/** Where Prometheus stands: on the stack's network, or in the host's. */
const places = {
  native: ['native', {}],
  'native, host': ['native', { networkMode: 'host', networks: [] }],
  'native + extra_hosts': ['native', { extraHosts: gateway }],
  'native, default bridge': [
    'native',
    { networkMode: 'bridge', networks: [onNetwork('bridge', 2)] },
  ],
  desktop: ['docker-desktop', {}],
  'desktop + extra_hosts': ['docker-desktop', { extraHosts: gateway }],
  'desktop, host': ['docker-desktop', { networkMode: 'host', networks: [] }],
  podman: ['podman', {}],
} as const satisfies Record<string, [EngineKind, Partial<Container>]>

const ask = (place: keyof typeof places, address: string, more: Partial<Asker> = {}): Reach => {
  const [engineKind, different] = places[place]
  const container = aNetworked({
    service: 'prometheus',
    portsWanted: [],
    portsGot: [],
    ...different,
  })
  const at = hostAndPort(address)
  if (!at) throw new Error(`no address: ${address}`)
  return reach({ container, engineKind, siblings, ownPorts: [9090], ...more }, at)
}

// The table of what was seen, line by line: place, address, verdict.
test.each<[keyof typeof places, string, Reach['verdict']]>([
  ['native', 'node:9100', 'works'],
  ['native', 'exporter:9100', 'works'],
  ['native, host', 'node:9100', 'cannot'],
  ['desktop', 'node:9100', 'works'],
  ['desktop, host', 'node:9100', 'cannot'],
  ['native', 'apart:9100', 'cannot'],
  ['native, default bridge', 'node:9100', 'cannot'],
  ['desktop', 'apart:9100', 'cannot'],
  ['native', 'localhost:9100', 'cannot'],
  ['native', '127.0.0.1:9090', 'works'],
  ['native', '[::1]:9100', 'cannot'],
  ['native, host', 'localhost:9100', 'works'],
  ['desktop', '127.0.0.1:9100', 'cannot'],
  ['desktop, host', 'localhost:9100', 'cannot-tell'],
  ['native', 'host.docker.internal:9100', 'cannot'],
  ['native, host', 'host.docker.internal:9100', 'cannot'],
  ['native + extra_hosts', 'host.docker.internal:9100', 'works'],
  ['desktop', 'host.docker.internal:9100', 'works'],
  ['desktop + extra_hosts', 'host.docker.internal:9100', 'works'],
  ['desktop, host', 'host.docker.internal:9100', 'works'],
  ['native', 'gateway.docker.internal:9100', 'cannot'],
  ['desktop', 'gateway.docker.internal:9100', 'works'],
  ['native', 'docker.for.mac.localhost:9100', 'cannot'],
  ['desktop', 'docker.for.mac.localhost:9100', 'cannot-tell'],
  ['native + extra_hosts', 'host-gateway:9100', 'cannot'],
  ['desktop', 'host-gateway:9100', 'cannot'],
  ['native', '172.17.0.1:9100', 'works'],
  ['native, host', '172.17.0.1:9100', 'works'],
  ['desktop', '172.17.0.1:9100', 'cannot'],
  ['native', '172.20.0.1:9100', 'works'],
  ['desktop', '172.20.0.1:9100', 'cannot'],
  ['native', '172.20.0.4:9100', 'works'],
  ['native, host', '172.20.0.4:9100', 'works'],
  ['desktop', '172.20.0.4:9100', 'works'],
  ['desktop, host', '172.20.0.4:9100', 'cannot'],
  ['native', '172.21.0.9:9100', 'cannot'],
  ['native', '192.168.65.254:9100', 'cannot'],
  ['desktop', '192.168.65.254:9100', 'works'],
  ['native', '192.168.1.20:9100', 'cannot-tell'],
  ['native', 'example.org:443', 'cannot-tell'],
  ['native', 'gone:9100', 'cannot-tell'],
  ['podman', 'host.docker.internal:9100', 'cannot-tell'],
  ['podman', 'node:9100', 'works'],
])('%s asks %s: %s', (place, address, verdict) => {
  expect(ask(place, address).verdict).toBe(verdict)
})

test.each([
  ['native + extra_hosts', 'host.docker.internal:9100'],
  ['native', '172.17.0.1:9100'],
  ['native', '172.20.0.1:9100'],
  ['native, host', '172.17.0.1:9100'],
] as const)('%s: %s does not lead to who is bound to loopback', (place, address) => {
  const owner = { kind: 'unknown', uid: 0 } as const
  const bound = [aListener(9100, owner, ['127.0.0.1'])]
  expect(ask(place, address, { listeners: bound })).toMatchObject({
    verdict: 'cannot',
    patch: 'listen-wider',
  })
  const wide = [...bound, aListener(9100, owner, ['172.17.0.1'])]
  expect(ask(place, address, { listeners: wide }).verdict).toBe('works')
})

test('an address in extra_hosts is taken as it is, in both spellings', () => {
  const container = (extraHosts: string[]) => aNetworked({ service: 'prometheus', extraHosts })
  expect(ask('native', 'box:9100', { container: container(['box:127.0.0.1']) }).form).toBe(
    'loopback',
  )
  expect(ask('native', 'box:9100', { container: container(['box=172.17.0.1']) }).form).toBe(
    'docker0',
  )
})

test('what is not known about the network is not guessed', () => {
  const { networkMode: _, ...unseen } = aNetworked({ service: 'prometheus' })
  expect(ask('native', 'localhost:9100', { container: unseen }).verdict).toBe('cannot-tell')
  const sharing = aNetworked({ service: 'prometheus', networkMode: 'container:abc', networks: [] })
  expect(ask('native', 'localhost:9100', { container: sharing }).verdict).toBe('cannot-tell')
  const alone = aNetworked({ service: 'prometheus', networkMode: 'none', networks: [] })
  expect(ask('native', 'node:9100', { container: alone }).verdict).toBe('cannot')
})

test('each one that cannot names its change', () => {
  expect(ask('native', 'host.docker.internal:9100').patch).toBe('extra-hosts')
  expect(ask('native', 'localhost:9100').patch).toBe('use-host-name')
  expect(ask('native', 'apart:9100').patch).toBe('share-network')
  expect(ask('desktop, host', '172.20.0.4:9100').patch).toBe('use-service-name')
})
