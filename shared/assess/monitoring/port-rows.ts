import type { Listener, PortOwner } from '../../domain/port.ts'
import { type Stack, servicesOf } from '../../domain/stack.ts'
import type { PortRow } from '../../ipc/monitoring-view.ts'
import { publishedPorts } from '../../stack/published-port.ts'
import { asTime } from '../situation.ts'

/** Every port that the stack wants or that one of its programs holds, with who holds it. */
export function portRows(stack: Stack, listeners: readonly Listener[]): PortRow[] {
  const wanted = new Map<string, string[]>()
  for (const { service } of servicesOf(stack)) {
    for (const { hostPort, protocol } of service.ports.flatMap(publishedPorts)) {
      if (hostPort === 0 || protocol === 'sctp') continue
      const key = `${hostPort}/${protocol}`
      wanted.set(key, [...(wanted.get(key) ?? []), service.name])
    }
  }
  const held = new Map(listeners.map((one) => [`${one.port}/${one.protocol}`, one]))
  const shown = new Set([
    ...wanted.keys(),
    ...listeners.filter(({ owner }) => owner.kind === 'unit').map(keyOf),
  ])
  return [...shown]
    .map((key) => portRow(key, held.get(key), wanted.get(key) ?? [], stack))
    .sort((a, b) => a.port - b.port || a.protocol.localeCompare(b.protocol))
}

const keyOf = ({ port, protocol }: Listener) => `${port}/${protocol}`

function portRow(
  key: string,
  listener: Listener | undefined,
  wantedBy: string[],
  stack: Stack,
): PortRow {
  const [port, protocol] = key.split('/')
  return {
    port: Number(port),
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
    addresses: [...(listener?.addresses ?? [])],
    owner: listener ? ownerText(listener.owner) : null,
    ownerKind: listener?.owner.kind ?? 'nobody',
    wantedBy,
    conflict: listener !== undefined && wantedBy.length > 0 && !fits(listener, wantedBy, stack),
    since: listener ? asTime(listener.since) : null,
  }
}

/** Held by the service that wants it, at home. Who holds it unseen is no proof of a conflict. */
function fits({ owner }: Listener, wantedBy: readonly string[], stack: Stack): boolean {
  if (owner.kind === 'unknown') return true
  if (owner.kind !== 'container') return isForwarder(owner)
  return owner.engineId === stack.home.engineId && wantedBy.includes(owner.service)
}

/** Docker Desktop forwards published ports by a process of its own (qemu and its backend). */
const isForwarder = (owner: PortOwner): boolean =>
  owner.kind === 'process' && /qemu|com\.docker|docker-proxy|rootlesskit/.test(owner.command)

function ownerText(owner: PortOwner): string {
  switch (owner.kind) {
    case 'container':
      return `container ${owner.container}`
    case 'unit':
      return `unit ${owner.unit}`
    case 'process':
      return `process ${owner.command} (${owner.pid})`
    case 'unknown':
      return `somebody with uid ${owner.uid}`
  }
}
