import type { Listener, PortOwner } from '../../domain/port.ts'
import { type Stack, servicesOf } from '../../domain/stack.ts'
import type { PortRow } from '../../ipc/monitoring-view.ts'
import { publishedPorts } from '../../stack/published-port.ts'
import { asTime } from '../situation.ts'
import { portHolder } from './port-holder.ts'

type Wanting = { project: string; service: string }

/** Every port that the stack wants or that one of its programs holds, with who holds it. */
export function portRows(stack: Stack, listeners: readonly Listener[]): PortRow[] {
  const wanted = new Map<string, Wanting[]>()
  for (const { project, service } of servicesOf(stack)) {
    for (const { hostPort, protocol } of service.ports.flatMap(publishedPorts)) {
      if (hostPort === 0 || protocol === 'sctp') continue
      const key = `${hostPort}/${protocol}`
      wanted.set(key, [...(wanted.get(key) ?? []), { project, service: service.name }])
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
  wanting: readonly Wanting[],
  stack: Stack,
): PortRow {
  const [port, protocol] = key.split('/')
  return {
    port: Number(port),
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
    addresses: [...(listener?.addresses ?? [])],
    owner: listener ? ownerText(listener.owner) : null,
    ownerKind: listener?.owner.kind ?? 'nobody',
    wantedBy: wanting.map(({ service }) => service),
    conflict: listener !== undefined && wanting.length > 0 && !fits(listener, wanting, stack),
    since: listener ? asTime(listener.since) : null,
  }
}

/** What is unseen, or an engine that listens for somebody, is no proof of a conflict. */
function fits({ owner }: Listener, wanting: readonly Wanting[], { home }: Stack): boolean {
  const holder = portHolder(owner, wanting, home.engineId)
  return holder !== 'somebody else' && holder !== 'the service elsewhere'
}

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
