import { type ContainerSpec, imageIdOf, sha256 } from './container-spec.ts'
import { portsGot, runs, type SmallContainer, statusText } from './small-container.ts'

// The two shapes in which an engine describes a container: a line of `GET /containers/json`
// and the whole of `GET /containers/{id}/json`, as Docker 26.1 (API 1.45) gives them. Health
// stands only inside the Status text of the line; that came with API 1.52.

const never = '0001-01-01T00:00:00Z'
const time = (moment: number | undefined) =>
  moment === undefined ? never : new Date(moment).toISOString()

export function asListEntry(container: SmallContainer, now: number) {
  const { spec } = container
  return {
    Id: container.id,
    Names: [`/${spec.name}`],
    Image: spec.image,
    ImageID: imageIdOf(spec.image),
    Command: spec.command.join(' '),
    Created: Math.floor(container.createdAt / 1000),
    Ports: portsGot(container).map((port) => ({
      IP: port.hostIp,
      PrivatePort: port.containerPort,
      PublicPort: port.hostPort,
      Type: port.protocol,
    })),
    Labels: spec.labels,
    State: container.state,
    Status: statusText(container, now),
    HostConfig: { NetworkMode: spec.network },
    NetworkSettings: { Networks: networksOf(container) },
    Mounts: mountsOf(spec),
  }
}

export function asInspection(container: SmallContainer) {
  const { spec } = container
  const [path = '', ...args] = spec.command
  return {
    Id: container.id,
    Created: time(container.createdAt),
    Path: path,
    Args: args,
    State: stateOf(container),
    Image: imageIdOf(spec.image),
    Name: `/${spec.name}`,
    RestartCount: container.restartCount,
    Driver: 'overlay2',
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: null,
    HostConfig: hostConfigOf(spec),
    Mounts: mountsOf(spec),
    Config: configOf(container),
    NetworkSettings: { Ports: portMapOf(container), Networks: networksOf(container) },
  }
}

function stateOf(container: SmallContainer) {
  return {
    Status: container.state,
    Running: runs(container) || container.state === 'restarting',
    Paused: container.state === 'paused',
    Restarting: container.state === 'restarting',
    OOMKilled: container.oomKilled,
    Dead: container.state === 'dead',
    Pid: runs(container) ? 4000 + (Number.parseInt(container.id.slice(0, 4), 16) % 20000) : 0,
    ExitCode: container.exitCode,
    Error: container.error,
    StartedAt: time(container.startedAt),
    FinishedAt: time(container.finishedAt),
    ...(container.health !== 'none' && {
      Health: {
        Status: container.health,
        FailingStreak: container.failingStreak,
        Log: container.probes.map((probe) => ({
          Start: time(probe.start),
          End: time(probe.end),
          ExitCode: probe.exitCode,
          Output: probe.output,
        })),
      },
    }),
  }
}

function configOf({ id, spec }: SmallContainer) {
  return {
    Hostname: id.slice(0, 12),
    User: '',
    ExposedPorts: Object.fromEntries(spec.ports.map((port) => [portKey(port), {}])),
    Tty: false,
    Env: null,
    Cmd: spec.command,
    ...(spec.healthcheck && { Healthcheck: { Test: spec.healthcheck, Interval: 10_000_000_000 } }),
    Image: spec.image,
    WorkingDir: '',
    Entrypoint: null,
    Labels: spec.labels,
  }
}

function hostConfigOf(spec: ContainerSpec) {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {}
  for (const port of spec.ports) {
    const wanted = port.hostPort === 0 ? '' : String(port.hostPort)
    bindings[portKey(port)] ??= []
    bindings[portKey(port)]?.push({ HostIp: port.hostIp, HostPort: wanted })
  }
  return {
    Binds: spec.mounts
      .filter((mount) => mount.type === 'bind')
      .map((mount) => `${mount.source}:${mount.destination}:${mount.readOnly ? 'ro' : 'rw'}`),
    LogConfig: { Type: 'json-file', Config: {} },
    NetworkMode: spec.network,
    PortBindings: bindings,
    RestartPolicy: { Name: spec.restartPolicy, MaximumRetryCount: 0 },
    AutoRemove: false,
    ExtraHosts: [],
    Privileged: false,
    Memory: 0,
    Mounts: spec.mounts
      .filter((mount) => mount.type === 'volume')
      .map((mount) => ({ Type: 'volume', Source: mount.source, Target: mount.destination })),
  }
}

function mountsOf(spec: ContainerSpec) {
  return spec.mounts.map((mount) => {
    const common = { Destination: mount.destination, RW: !mount.readOnly }
    return mount.type === 'volume'
      ? {
          Type: 'volume',
          Name: mount.source,
          Source: `/var/lib/docker/volumes/${mount.source}/_data`,
          ...common,
          Driver: 'local',
          Mode: 'z',
          Propagation: '',
        }
      : {
          Type: mount.type,
          Source: mount.source,
          ...common,
          Mode: mount.readOnly ? 'ro' : 'rw',
          Propagation: 'rprivate',
        }
  })
}

const portKey = (port: { containerPort: number; protocol: string }) =>
  `${port.containerPort}/${port.protocol}`

function portMapOf(container: SmallContainer) {
  const map: Record<string, { HostIp: string; HostPort: string }[]> = {}
  for (const port of portsGot(container)) {
    map[portKey(port)] ??= []
    map[portKey(port)]?.push({ HostIp: port.hostIp, HostPort: String(port.hostPort) })
  }
  return map
}

function networksOf(container: SmallContainer) {
  const { id, spec } = container
  const service = spec.labels['com.docker.compose.service']
  const names = service === undefined ? [spec.name] : [spec.name, service]
  const lastByte = 2 + (Number.parseInt(id.slice(4, 6), 16) % 250)
  const connected = runs(container) && spec.network !== 'host'
  return {
    [spec.network]: {
      IPAMConfig: null,
      Links: null,
      Aliases: spec.network === 'host' ? null : names,
      NetworkID: sha256(spec.network),
      EndpointID: runs(container) ? sha256(id) : '',
      Gateway: connected ? '172.20.0.1' : '',
      IPAddress: connected ? `172.20.0.${lastByte}` : '',
      IPPrefixLen: connected ? 16 : 0,
      DNSNames: spec.network === 'host' ? null : [...names, id.slice(0, 12)],
    },
  }
}
