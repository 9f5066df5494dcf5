import type { PortOwner } from '../../domain/port.ts'
import { type ServiceOfStack, servicesOf } from '../../domain/stack.ts'
import type { Unit } from '../../domain/unit.ts'
import { publishedPorts } from '../../stack/published-port.ts'
import { roleOf } from '../../stack/roles.ts'
import type { Situation } from '../situation.ts'

export type StandIn = { unit: Unit; service: ServiceOfStack; ports: number[] }

/** Active units that do the work of a service: they hold its port, or are called like it. */
export function standIns({ stack, monitoring }: Situation): StandIn[] {
  if (monitoring?.units.status !== 'known') return []
  const listeners = monitoring.listeners.status === 'known' ? monitoring.listeners.value : []
  const services = servicesOf(stack)
  return monitoring.units.value.filter(isActive).flatMap((unit): StandIn[] => {
    const held = new Set(
      listeners.filter(({ owner }) => isOwner(owner, unit)).map(({ port }) => port),
    )
    const byPort = services.find((one) => hostPortsOf(one).some((port) => held.has(port)))
    const service = byPort ?? services.find((one) => isCalledLike(unit.name, one))
    return service ? [{ unit, service, ports: [...held].sort((a, b) => a - b) }] : []
  })
}

const isActive = ({ active }: Unit): boolean =>
  active === 'active' || active === 'activating' || active === 'reloading'

const isOwner = (owner: PortOwner, { name, scope }: Unit): boolean =>
  owner.kind === 'unit' && owner.unit === name && owner.scope === scope

const hostPortsOf = ({ service }: ServiceOfStack): number[] =>
  service.ports
    .flatMap(publishedPorts)
    .filter(({ protocol, hostPort }) => protocol === 'tcp' && hostPort !== 0)
    .map(({ hostPort }) => hostPort)

/**
 * `prometheus-node-exporter.service` (Debian), `node_exporter.service` (upstream) and
 * `grafana-server.service` (apt.grafana.com) are what they say.
 */
export function isCalledLike(unit: string, one: ServiceOfStack): boolean {
  const { service, project } = one
  const name = plain(unit.replace(/(@[^.]*)?\.service$/, ''))
  const kind = service.exporter && !roleOf(one) ? [`${plain(service.exporter.kind)}-exporter`] : []
  const role = roleOf(one) ?? []
  return [service.name, `${project}-${service.name}`, ...kind, ...[role].flat()]
    .map(plain)
    .some((like) => name === like)
}

const plain = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll('_', '-')
    .replace(/^prometheus-(?=.)/, '')
    .replace(/-server$/, '')
