import type { Attachment, Container } from '../../domain/container.ts'
import type { EngineKind } from '../../domain/engine.ts'
import type { Listener } from '../../domain/port.ts'
import {
  type AddressForm,
  type Patch,
  reachability,
  type Standpoint,
} from './reachability-table.ts'

/** Who asks, and what is around it. */
export type Asker = {
  container: Container
  engineKind: EngineKind
  /** Other containers on the same engine. */
  siblings: readonly Container[]
  /** Ports on which the asker itself listens, besides those that it publishes. */
  ownPorts?: readonly number[]
  /** Who listens on the machine, where that is known. */
  listeners?: readonly Listener[] | undefined
}

export type Reach = {
  verdict: 'works' | 'cannot' | 'cannot-tell'
  form: AddressForm
  /** Why it cannot; for the others what it depends on. */
  reason: string
  patch?: Patch | 'listen-wider'
}

type Address = { host: string; port: number }

/** Whether an address can work from where it is asked, told without asking anybody. */
export function reach(asker: Asker, address: Address): Reach {
  const { container } = asker
  const standpoint = standpointOf(asker)
  const form = formOf(asker, address)
  const row = reachability[form]
  const tell = (
    verdict: Reach['verdict'],
    reason: string = row.reason,
    patch?: Reach['patch'],
  ) => ({
    verdict,
    form,
    reason,
    ...(patch && { patch }),
  })
  if (container.networkMode === undefined) return tell('cannot-tell', 'its network is not known')
  if (container.networkMode === 'none' && form !== 'own-port') {
    return tell('cannot', 'a container with network_mode: none has no network', 'share-network')
  }
  if (container.networkMode.startsWith('container:')) {
    return tell('cannot-tell', 'it lives in the network of another container')
  }
  if (standpoint === undefined) {
    const sure = form === 'own-port' || form === 'name-on-shared-network'
    return tell(sure ? 'works' : 'cannot-tell', 'engines of this kind differ')
  }
  const cell = row[standpoint]
  if (cell !== 'bound') return tell(cell, row.reason, cell === 'cannot' ? row.patch : undefined)
  return onlyOnLoopback(asker, address.port)
    ? tell(
        'cannot',
        'who listens there is bound to 127.0.0.1, and does not hear at that address',
        'listen-wider',
      )
    : tell('works')
}

/** Undefined for engines of which nobody has shown how they behave. */
function standpointOf({ engineKind, container }: Asker): Standpoint | undefined {
  const onHost = container.networkMode === 'host'
  if (engineKind === 'native') return onHost ? 'native-host' : 'native'
  if (engineKind === 'docker-desktop') return onHost ? 'desktop-host' : 'desktop'
  return undefined
}

function formOf(asker: Asker, { host, port }: Address): AddressForm {
  const { container } = asker
  if (isLoopback(host)) return ownPorts(asker).includes(port) ? 'own-port' : 'loopback'
  if (namesOf(container).includes(host)) return 'own-port'
  const said = extraHost(container, host)
  if (said !== undefined) {
    return said === 'host-gateway'
      ? 'host.docker.internal with extra_hosts'
      : formOf({ ...asker, container: { ...container, extraHosts: [] } }, { host: said, port })
  }
  if (host === 'host.docker.internal') return 'host.docker.internal'
  if (host === 'gateway.docker.internal') return 'gateway.docker.internal'
  if (/^docker\.for\.(mac|win)\.(host\.internal|localhost)$/.test(host))
    return 'docker.for.*.localhost'
  if (host === 'host-gateway') return 'the word host-gateway'
  return isAddress(host) ? formOfAddress(asker, host) : formOfName(asker, host)
}

function formOfName({ container, siblings }: Asker, host: string): AddressForm {
  const named = siblings.filter((one) => namesOf(one).includes(host))
  if (named.length === 0) return 'other name'
  // Without DNS for names there, the default bridge is shared by nobody.
  const sharing = named.some((one) => shared(container, one).some(({ name }) => name !== 'bridge'))
  if (sharing || container.networkMode === 'host') return 'name-on-shared-network'
  return [container, ...named].some(({ networks }) => networks === undefined)
    ? 'other name'
    : 'name-on-other-network'
}

function formOfAddress({ container, siblings }: Asker, host: string): AddressForm {
  if (host === '172.17.0.1') return 'docker0'
  const everyone = [container, ...siblings]
  if (everyone.some(({ networks = [] }) => networks.some(({ gateway }) => gateway === host))) {
    return 'network gateway'
  }
  const owner = siblings.find(({ networks = [] }) => networks.some(({ ip }) => ip === host))
  if (owner) {
    const on = shared(container, owner).some(({ ip }) => ip === host)
    return on || container.networkMode === 'host'
      ? 'container address on shared network'
      : 'container address elsewhere'
  }
  return host.startsWith('192.168.65.') ? "address in Docker Desktop's network" : 'other address'
}

/** What the other is on that this one is on too, as the other sees it. */
const shared = (one: Container, other: Container): Attachment[] =>
  (other.networks ?? []).filter(({ name }) => one.networks?.some((mine) => mine.name === name))

/** A published port leads to the same port only when it was meant for it. */
const ownPorts = ({ container, ownPorts = [] }: Asker): number[] => [
  ...ownPorts,
  ...container.portsWanted.map(({ containerPort }) => containerPort),
  ...container.portsGot.map(({ containerPort }) => containerPort),
]

const namesOf = ({ service, name, networks = [] }: Container): string[] =>
  [service, name, ...networks.flatMap(({ names }) => names)].map((one) => one.toLowerCase())

/** `name:address` or, since Compose 2.24, `name=address`. */
function extraHost({ extraHosts = [] }: Container, host: string): string | undefined {
  const entry = extraHosts.find(
    (one) => one.toLowerCase().startsWith(`${host}:`) || one.toLowerCase().startsWith(`${host}=`),
  )
  return entry?.slice(host.length + 1).replace(/^\[|\]$/g, '')
}

/** Nobody listens there, or we cannot see who: then the address may well be right. */
function onlyOnLoopback({ listeners }: Asker, port: number): boolean {
  const there = (listeners ?? []).filter((one) => one.port === port && one.protocol === 'tcp')
  return there.length > 0 && there.every(({ addresses }) => addresses.every(isLoopback))
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\./.test(host)
const isAddress = (host: string): boolean => /^\d+(\.\d+){3}$/.test(host) || host.includes(':')
