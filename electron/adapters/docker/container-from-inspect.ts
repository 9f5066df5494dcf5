import type {
  Attachment,
  Container,
  ContainerState,
  HealthState,
  Mount,
  PublishedPort,
} from '../../../shared/domain/container.ts'
import type { InspectAnswer } from './engine-answers.ts'
import { plainText } from './plain-text.ts'

const compose = 'com.docker.compose.'
export const projectLabel = `${compose}project`
export const serviceLabel = `${compose}service`
/** On the containers that we make to reach into a volume. They belong to no stack. */
export const helperLabel = 'io.odin-sentinel.helper'

const states: Readonly<Record<string, ContainerState>> = {
  created: 'created',
  running: 'running',
  paused: 'paused',
  restarting: 'restarting',
  exited: 'exited',
  removing: 'removing',
  dead: 'dead',
  // Podman's own words.
  configured: 'created',
  initialized: 'created',
  stopping: 'running',
  stopped: 'exited',
}

const healths: Readonly<Record<string, HealthState>> = {
  starting: 'starting',
  healthy: 'healthy',
  unhealthy: 'unhealthy',
}

/** One answer of `/containers/{id}/json` in our words. Deaths are not in it. */
export function containerFromInspect(answer: InspectAnswer): Container {
  const { State: state, Config: config, HostConfig: host } = answer
  const labels = config.Labels
  const last = state.Health?.Log?.at(-1)
  const startedAt = timeOf(state.StartedAt)
  const finishedAt = timeOf(state.FinishedAt)
  return {
    id: answer.Id,
    name: plainText(answer.Name).replace(/^\//, ''),
    project: plainText(labels[projectLabel] ?? ''),
    service: plainText(labels[serviceLabel] ?? ''),
    number: Number(labels[`${compose}container-number`]) || 1,
    oneOff: labels[`${compose}oneoff`] === 'True',
    state: states[state.Status] ?? 'dead',
    // Health has a place of its own in the list only since API 1.52; inspect always had it.
    health: healths[state.Health?.Status ?? ''] ?? 'none',
    ...(last && { lastHealthcheck: { exitCode: last.ExitCode, output: plainText(last.Output) } }),
    exitCode: state.ExitCode,
    oomKilled: state.OOMKilled === true,
    error: plainText(state.Error),
    restartCount: answer.RestartCount,
    diedAt: [],
    ...(startedAt && { startedAt }),
    ...(finishedAt && { finishedAt }),
    createdAt: timeOf(answer.Created) ?? 0,
    image: plainText(config.Image),
    imageId: answer.Image,
    restartPolicy: host.RestartPolicy?.Name || 'no',
    portsWanted: portsOf(host.PortBindings),
    portsGot: portsOf(answer.NetworkSettings?.Ports ?? {}),
    mounts: (answer.Mounts ?? []).map(mountOf),
    composeFiles: listOf(labels[`${compose}project.config_files`]),
    workingDir: labels[`${compose}project.working_dir`] ?? '',
    envFiles: listOf(labels[`${compose}project.environment_file`]),
    labels,
    networkMode: host.NetworkMode ?? '',
    networks: Object.entries(answer.NetworkSettings?.Networks ?? {}).map(attachmentOf),
    extraHosts: host.ExtraHosts ?? [],
    dns: host.Dns ?? [],
    gpuRequested: asksForGpu(host),
  }
}

type Attached = NonNullable<NonNullable<InspectAnswer['NetworkSettings']>['Networks']>[string]

/** `DNSNames` came with API 1.44; before that `Aliases` had the same names. */
function attachmentOf([name, said]: [string, Attached]): Attachment {
  return {
    name,
    ip: said?.IPAddress ?? '',
    gateway: said?.Gateway ?? '',
    names: [...new Set([...(said?.DNSNames ?? []), ...(said?.Aliases ?? [])])],
  }
}

/** `--gpus` leaves a device request with the capability `gpu`, and maybe no driver. */
const asksForGpu = ({ Runtime, DeviceRequests }: InspectAnswer['HostConfig']): boolean =>
  Runtime === 'nvidia' ||
  (DeviceRequests ?? []).some(
    ({ Driver, Capabilities }) =>
      Driver === 'nvidia' || (Capabilities ?? []).some((all) => all.includes('gpu')),
  )

/** Go's zero time, year 1, means never. */
function timeOf(said: string): number | undefined {
  const time = Date.parse(said)
  return time > 0 ? time : undefined
}

const listOf = (said: string | undefined): string[] => (said ? said.split(',') : [])

function portsOf(map: InspectAnswer['HostConfig']['PortBindings']): PublishedPort[] {
  return Object.entries(map).flatMap(([key, bindings]) => {
    const [port, protocol] = key.split('/')
    // null: exposed by the image and not published.
    return (bindings ?? []).map((binding) => ({
      containerPort: Number(port) || 0,
      protocol: protocol === 'udp' || protocol === 'sctp' ? protocol : ('tcp' as const),
      hostIp: binding.HostIp,
      hostPort: Number(binding.HostPort) || 0,
    }))
  })
}

function mountOf(mount: NonNullable<InspectAnswer['Mounts']>[number]): Mount {
  const { Type: said } = mount
  const type = said === 'bind' || said === 'volume' || said === 'tmpfs' ? said : 'other'
  return {
    type,
    source: type === 'volume' ? mount.Name : mount.Source,
    destination: mount.Destination,
    readOnly: mount.RW === false,
  }
}
