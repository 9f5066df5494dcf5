import type { Container } from '../../../../shared/domain/container.ts'
import { type Stack, servicesOf } from '../../../../shared/domain/stack.ts'
import { globs } from '../../../../shared/kit/globs.ts'
import { endpointsOf } from '../../../../shared/stack/endpoints.ts'
import { type Role, roleOf } from '../../../../shared/stack/roles.ts'
import type { EngineVolume } from '../../../adapters/docker/hands/engine-hands.ts'
import type { BackupSource } from '../source.ts'
import { alertmanagerSource } from './alertmanager.ts'
import type { EngineParts } from './engine-parts.ts'
import { grafanaSource } from './grafana.ts'
import { lokiSource } from './loki.ts'
import { prometheusSource } from './prometheus.ts'
import { dataPathOf, placeOf } from './tsdb-place.ts'
import { volumeSource } from './volume.ts'

export type EngineSourcesParts = Omit<EngineParts, 'mayStop'> & {
  /** All of the home engine. */
  volumes: readonly EngineVolume[]
  /** Of the Grafana of `project/service`. Never logged. */
  grafanaToken: (service: string) => Promise<string | undefined>
}

type Placed = { project: string; service: string; role: Role; url?: string }

/**
 * What of a stack lies on its home engine. `containers` are those of its projects there. Data
 * that is bind-mounted is read on the host, but for Prometheus' data, which is read from a
 * snapshot that Prometheus makes. Prometheus first: who comes later may have to be stopped.
 */
export async function engineSources(
  stack: Stack,
  containers: readonly Container[],
  { volumes, grafanaToken, ...given }: EngineSourcesParts,
  signal?: AbortSignal,
): Promise<readonly BackupSource[]> {
  const parts: EngineParts = { ...given, mayStop: stack.backup?.mayStop ?? [] }
  const programs = programsOf(stack, containers)
  const isLeftOut = leftOut(stack.backup?.withoutVolumes ?? [], volumes)
  const readOtherwise = new Set<string>()
  const sources: BackupSource[] = []

  for (const { project, service, url } of programs.filter(({ role }) => role === 'prometheus')) {
    const own = containersOf(containers, project, service)
    if (own.length === 0) continue
    const volume = await dataVolume(parts, own, signal)
    if (volume !== undefined && isLeftOut(volume)) continue
    if (volume !== undefined) readOtherwise.add(volume)
    sources.push(prometheusSource({ ...parts, project, service, ...(url && { url }) }))
  }
  for (const { project, service, role, url } of programs) {
    const at = { project, service, ...(url && { url }) }
    if (role === 'alertmanager') sources.push(alertmanagerSource(at))
    if (role === 'grafana') {
      const token = () => grafanaToken(`${project}/${service}`)
      sources.push(grafanaSource({ ...at, token }))
    }
  }
  for (const volume of volumesOf(stack, containers, volumes)) {
    if (readOtherwise.has(volume) || isLeftOut(volume)) continue
    const user = programs.find(({ project, service }) =>
      containersOf(containers, project, service).some((one) => isMountedIn(one, volume)),
    )
    sources.push(sourceOfVolume({ ...parts, volume }, user))
  }
  return sources
}

function sourceOfVolume(
  parts: EngineParts & { volume: string },
  user: Placed | undefined,
): BackupSource {
  if (user?.role === 'loki') {
    const { project, service, url } = user
    return lokiSource({ ...parts, project, service, ...(url && { url }) })
  }
  const name = `${user?.project}/${user?.service}`
  if (user?.role === 'alertmanager')
    return volumeSource({ ...parts, kind: 'alertmanager', title: `Alertmanager data of ${name}` })
  if (user?.role === 'grafana') return volumeSource({ ...parts, title: `Grafana data of ${name}` })
  return volumeSource(parts)
}

function programsOf(stack: Stack, containers: readonly Container[]): readonly Placed[] {
  const { prometheus, alertmanager, grafana, loki } = endpointsOf(stack, containers)
  const places = [...prometheus, ...alertmanager, ...grafana, ...loki]
  return servicesOf(stack).flatMap((one) => {
    const role = roleOf(one)
    if (role === undefined) return []
    const { project } = one
    const service = one.service.name
    const url = places.find((at) => at.project === project && at.service === service)?.url
    return [{ project, service, role, ...(url !== undefined && { url }) }]
  })
}

const containersOf = (containers: readonly Container[], project: string, service: string) =>
  containers.filter((one) => one.project === project && one.service === service && !one.oneOff)

const isMountedIn = ({ mounts }: Container, volume: string): boolean =>
  mounts.some(({ type, source }) => type === 'volume' && source === volume)

/** Where Prometheus keeps its data, when that is a volume. */
async function dataVolume(
  { hands }: EngineParts,
  [container]: readonly Container[],
  signal?: AbortSignal,
): Promise<string | undefined> {
  const near = container && (await hands.container(container.id, signal))
  const place = near && placeOf(near, dataPathOf(near))
  return place?.type === 'volume' ? place.source : undefined
}

/** Those that its containers have mounted, and those that Compose made for its projects. */
function volumesOf(
  stack: Stack,
  containers: readonly Container[],
  volumes: readonly EngineVolume[],
): readonly string[] {
  const projects = new Set(stack.projects.map(({ name }) => name))
  const mounted = containers
    .filter(({ project }) => projects.has(project))
    .flatMap(({ mounts }) => mounts.filter(({ type }) => type === 'volume'))
    .map(({ source }) => source)
  const labelled = volumes
    .filter(({ labels }) => projects.has(labels['com.docker.compose.project'] ?? ''))
    .map(({ name }) => name)
  return [...new Set([...mounted, ...labelled])].sort()
}

/** By the name that the engine knows, or the one in the compose file. */
function leftOut(patterns: readonly string[], volumes: readonly EngineVolume[]) {
  const isUnwanted = globs(patterns)
  return (volume: string): boolean => {
    const labels = volumes.find(({ name }) => name === volume)?.labels
    return [volume, labels?.['com.docker.compose.volume'] ?? volume].some(isUnwanted)
  }
}
