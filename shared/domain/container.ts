export type ContainerState =
  | 'created'
  | 'running'
  | 'paused'
  | 'restarting'
  | 'exited'
  | 'removing'
  | 'dead'

export type HealthState = 'none' | 'starting' | 'healthy' | 'unhealthy'

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
}
