export const containerStates = [
  'created',
  'running',
  'paused',
  'restarting',
  'exited',
  'removing',
  'dead',
] as const
export type ContainerState = (typeof containerStates)[number]

export const healthStates = ['none', 'starting', 'healthy', 'unhealthy'] as const
export type HealthState = (typeof healthStates)[number]

export type PublishedPort = {
  containerPort: number
  protocol: 'tcp' | 'udp' | 'sctp'
  hostIp: string
  /** Port on the host; 0 when the engine was asked to choose. */
  hostPort: number
}

export type Mount = {
  type: 'bind' | 'volume' | 'tmpfs' | 'other'
  /** Host path of a bind, name of a volume. */
  source: string
  destination: string
  readOnly: boolean
}

/** A network that a container is on, and what it is called there. */
export type Attachment = {
  name: string
  /** Empty while the container does not run. */
  ip: string
  gateway: string
  /** What the engine's DNS answers to on this network. */
  names: readonly string[]
}

/** One container of a compose project, as its engine describes it. */
export type Container = {
  id: string
  name: string
  project: string
  service: string
  number: number
  oneOff: boolean
  state: ContainerState
  health: HealthState
  /** Last run of the healthcheck, when there was one. */
  lastHealthcheck?: { exitCode: number; output: string }
  exitCode: number
  oomKilled: boolean
  /** The engine's words when a start failed, for example a port that is taken. */
  error: string
  restartCount: number
  /** Deaths that were seen in the last five minutes, epoch milliseconds, oldest first. */
  diedAt: readonly number[]
  startedAt?: number
  finishedAt?: number
  createdAt: number
  image: string
  imageId: string
  restartPolicy: string
  portsWanted: readonly PublishedPort[]
  portsGot: readonly PublishedPort[]
  mounts: readonly Mount[]
  /** Compose's labels: absolute paths of the files, and where it was called. */
  composeFiles: readonly string[]
  workingDir: string
  envFiles: readonly string[]
  labels: Readonly<Record<string, string>>
  /** As the engine keeps it: `host`, `bridge`, `none`, `container:<id>` or a network's name. */
  networkMode?: string
  networks?: readonly Attachment[]
  /** `name:address`, where the address may be the word `host-gateway`. */
  extraHosts?: readonly string[]
  dns?: readonly string[]
  /** It was started with a device request for a GPU, or with NVIDIA's runtime. */
  gpuRequested?: boolean
}
