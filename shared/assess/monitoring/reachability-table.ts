// What can be reached from where: the one table that decides, read off Docker's documentation
// and, in the native columns, off a Prometheus that was asked (2.42, engines 26.1 and 28.2).

/** How an address names the machine or container that it means. */
export type AddressForm =
  | 'own-port'
  | 'loopback'
  | 'name-on-shared-network'
  | 'name-on-other-network'
  | 'host.docker.internal'
  | 'host.docker.internal with extra_hosts'
  | 'gateway.docker.internal'
  | 'docker.for.*.localhost'
  | 'the word host-gateway'
  | 'docker0'
  | 'network gateway'
  | 'container address on shared network'
  | 'container address elsewhere'
  | "address in Docker Desktop's network"
  | 'other address'
  | 'other name'

/** Where the one who asks is. */
export type Standpoint = 'native' | 'native-host' | 'desktop' | 'desktop-host'

/** `bound`: the address is right, and works unless the listener is bound to loopback only. */
export type Cell = 'works' | 'bound' | 'cannot' | 'cannot-tell'

export type Row = Readonly<Record<Standpoint, Cell>> & { reason: string; patch?: Patch }

/** Which change makes it work. */
export type Patch = 'extra-hosts' | 'use-host-name' | 'share-network' | 'use-service-name'

const all = (cell: Cell): Record<Standpoint, Cell> => ({
  native: cell,
  'native-host': cell,
  desktop: cell,
  'desktop-host': cell,
})

export const reachability: Readonly<Record<AddressForm, Row>> = {
  'own-port': { ...all('works'), reason: 'the one who asks listens there itself' },
  loopback: {
    native: 'cannot',
    'native-host': 'works',
    desktop: 'cannot',
    // With host networking enabled (4.34) it is the host, without it the virtual machine.
    'desktop-host': 'cannot-tell',
    reason: 'inside a container localhost is the container itself',
    patch: 'use-host-name',
  },
  'name-on-shared-network': {
    native: 'works',
    'native-host': 'cannot',
    desktop: 'works',
    'desktop-host': 'cannot',
    reason: 'with network_mode: host there is no Docker DNS for the names of services',
    patch: 'share-network',
  },
  'name-on-other-network': {
    ...all('cannot'),
    reason: 'the engine answers to the names of services only inside a network that both share',
    patch: 'share-network',
  },
  'host.docker.internal': {
    native: 'cannot',
    'native-host': 'cannot',
    desktop: 'works',
    'desktop-host': 'works',
    reason: 'a native engine does not know host.docker.internal unless extra_hosts says it',
    patch: 'extra-hosts',
  },
  'host.docker.internal with extra_hosts': {
    native: 'bound',
    'native-host': 'cannot-tell',
    desktop: 'works',
    'desktop-host': 'works',
    reason: 'host-gateway is the address of docker0, where a listener on 127.0.0.1 does not hear',
  },
  'gateway.docker.internal': {
    native: 'cannot',
    'native-host': 'cannot',
    desktop: 'works',
    'desktop-host': 'cannot-tell',
    reason: 'only Docker Desktop knows gateway.docker.internal',
    patch: 'use-host-name',
  },
  'docker.for.*.localhost': {
    native: 'cannot',
    'native-host': 'cannot',
    desktop: 'cannot-tell',
    'desktop-host': 'cannot-tell',
    reason: 'docker.for.* are names of Docker Desktop for Mac and Windows',
    patch: 'use-host-name',
  },
  'the word host-gateway': {
    ...all('cannot'),
    reason: 'host-gateway is a word for extra_hosts and no name that DNS knows',
    patch: 'use-host-name',
  },
  docker0: {
    native: 'bound',
    'native-host': 'bound',
    desktop: 'cannot',
    'desktop-host': 'cannot-tell',
    reason: 'with Docker Desktop docker0 is inside its virtual machine, and not the host',
    patch: 'use-host-name',
  },
  'network gateway': {
    native: 'bound',
    'native-host': 'bound',
    desktop: 'cannot',
    'desktop-host': 'cannot',
    reason: 'with Docker Desktop the gateway of a network is inside its virtual machine',
    patch: 'use-host-name',
  },
  'container address on shared network': {
    native: 'works',
    'native-host': 'works',
    desktop: 'works',
    'desktop-host': 'cannot',
    reason: 'the address of a container is not routed to the host',
    patch: 'use-service-name',
  },
  'container address elsewhere': {
    native: 'cannot',
    'native-host': 'works',
    desktop: 'cannot',
    'desktop-host': 'cannot',
    reason: 'engines keep their networks apart',
    patch: 'share-network',
  },
  "address in Docker Desktop's network": {
    native: 'cannot',
    'native-host': 'cannot',
    desktop: 'works',
    'desktop-host': 'cannot-tell',
    reason: "192.168.65.0/24 is the network of Docker Desktop's virtual machine",
    patch: 'use-host-name',
  },
  'other address': { ...all('cannot-tell'), reason: 'firewalls and routes decide' },
  'other name': { ...all('cannot-tell'), reason: 'the name servers of the machine decide' },
}
