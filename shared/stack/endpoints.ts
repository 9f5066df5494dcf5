import type { Container, PublishedPort } from '../domain/container.ts'
import type { Endpoints } from '../domain/monitoring.ts'
import { type ServiceOfStack, type Stack, servicesOf } from '../domain/stack.ts'
import { publishedPorts } from './published-port.ts'
import { defaultPortOf, roleOf } from './roles.ts'

type Found = { project: string; service: string; url: string }

/**
 * Where the programs of a stack can be asked: the URL that the stack file gives, else the port
 * that is published on the host. `containers`, where they are seen at home, tell ports that the
 * engine chose and services that live in the host's own network. Nothing is asked here.
 */
export function endpointsOf(stack: Stack, containers: readonly Container[] = []): Endpoints {
  const exporters: (Found & { kind: string })[] = []
  const programs = new Map<string, Found[]>()
  const shippers: (Found & { program: string })[] = []
  const unreachable: Endpoints['unreachable'][number][] = []
  const machine = machineOf(stack.home.endpoint)

  for (const one of servicesOf(stack)) {
    const { project, service } = one
    const given = urlGiven(stack, one)
    const at = (port: number): string | undefined => given ?? urlOf(one, port, machine, containers)
    const found = { project, service: service.name }
    if (service.exporter) {
      const { kind, port } = service.exporter
      const url = at(port)
      if (url) exporters.push({ ...found, kind, url: withMetricsPath(url) })
      else unreachable.push({ ...found, role: 'exporter' })
    }
    const role = roleOf(one)
    if (role === undefined) continue
    const url = at(defaultPortOf(role))
    if (url === undefined) unreachable.push({ ...found, role })
    else if (role === 'promtail' || role === 'alloy') {
      shippers.push({ ...found, url: asBase(url), program: role })
    } else {
      programs.set(role, [...(programs.get(role) ?? []), { ...found, url: asBase(url) }])
    }
  }
  return {
    exporters,
    prometheus: programs.get('prometheus') ?? [],
    alertmanager: programs.get('alertmanager') ?? [],
    grafana: programs.get('grafana') ?? [],
    loki: programs.get('loki') ?? [],
    shippers,
    unreachable,
  }
}

function urlGiven({ monitoring }: Stack, { project, service }: ServiceOfStack): string | undefined {
  const urls = monitoring?.urls ?? {}
  const key = [`${project}/${service.name}`, service.name].find((one) => Object.hasOwn(urls, one))
  return key === undefined ? undefined : urls[key]
}

function urlOf(
  { project, service }: ServiceOfStack,
  port: number,
  machine: string,
  containers: readonly Container[],
): string | undefined {
  const mine = containers.filter(
    (one) => one.project === project && one.service === service.name && !one.oneOff,
  )
  const got = mine.flatMap(({ portsGot }) => portsGot)
  const published = portFor(service.ports.flatMap(publishedPorts), port)
  const known =
    published && published.hostPort !== 0 ? published : portFor(got.filter(isOnHost), port)
  if (known) return `http://${addressOf(known, machine)}:${known.hostPort}`
  // It publishes nothing, because the host's network is its own.
  return mine.some(({ networkMode }) => networkMode === 'host')
    ? `http://${machine}:${port}`
    : undefined
}

const isOnHost = ({ hostPort }: PublishedPort): boolean => hostPort !== 0

/** The port that is meant, else the only one that there is. */
function portFor(ports: readonly PublishedPort[], port: number): PublishedPort | undefined {
  const tcp = ports.filter(({ protocol }) => protocol === 'tcp')
  const meant = tcp.find(({ containerPort }) => containerPort === port)
  const inside = new Set(tcp.map(({ containerPort }) => containerPort))
  return meant ?? (inside.size === 1 ? tcp[0] : undefined)
}

/** Where published ports are: on this machine, or where the engine was reached over the network. */
export function machineOf(endpoint: string): string {
  const remote = /^(?:ssh|tcp|http|https):\/\/(?:[^@/]*@)?(\[[^\]]+\]|[^:/]+)/.exec(endpoint)?.[1]
  return remote === undefined || remote === 'localhost' ? '127.0.0.1' : remote
}

/** Whether the engine of this endpoint is on the machine that Sentinel runs on. */
export const isOnThisMachine = (endpoint: string): boolean =>
  ['127.0.0.1', '[::1]'].includes(machineOf(endpoint))

/** Where a published port is: at the machine where it is at all of its addresses, else at its own. */
export function addressOf({ hostIp }: PublishedPort, machine: string): string {
  if (hostIp === '' || hostIp === '0.0.0.0' || hostIp === '::') return machine
  return hostIp.includes(':') ? `[${hostIp}]` : hostIp
}

const asBase = (url: string): string => url.replace(/\/+$/, '')

const withMetricsPath = (url: string): string =>
  /^https?:\/\/[^/?]+\/?$/.test(url) ? `${asBase(url)}/metrics` : url
