import type { EngineKind } from './engine.ts'

/** The context and the engine that a stack belongs to. */
export type Home = {
  context: string
  engineId: string
  engineKind: EngineKind
  endpoint: string
}

export const isSameHome = (a: Home, b: Home): boolean =>
  a.context === b.context &&
  a.engineId === b.engineId &&
  a.engineKind === b.engineKind &&
  a.endpoint === b.endpoint

export type Exporter = { port: number; kind: string }

export type StackService = {
  name: string
  image: string
  /** Published ports in Compose's short form, for example `9090:9090` or `127.0.0.1:53:53/udp`. */
  ports: readonly string[]
  /** Host paths of bind-mounted configuration. */
  config: readonly string[]
  exporter?: Exporter
  /** Runs to its end and exits with 0; being gone is right. */
  oneShot?: boolean
}

/** One `docker compose up`: files that are always given together. */
export type ComposeStart = {
  files: readonly string[]
  envFiles: readonly string[]
  services: readonly StackService[]
}

export type ComposeProject = {
  name: string
  workingDir: string
  /** In the order in which they are brought up. */
  starts: readonly ComposeStart[]
}

/** What the published ports alone do not say about watching the stack. Tokens are never in here. */
export type MonitoringChoices = {
  /** Where a service can be asked, by `service` or `project/service`. */
  urls?: Readonly<Record<string, string>>
  everySeconds?: {
    exporters?: number
    programs?: number
    dashboards?: number
    gpus?: number
    files?: number
  }
  /** Names of systemd units that do, or could do, the work of a service; `*` and `?` as in globs. */
  units?: readonly string[]
  /** Where Alertmanager's Watchdog alert is to be received, on loopback. */
  watchdog?: { listenPort: number; everySeconds: number }
}

/** How many snapshots are kept by themselves, the newest of each period; pins come on top. */
export type KeepRule = {
  last: number
  hourly: number
  daily: number
  weekly: number
  monthly: number
}

/** How the stack is backed up. Passwords and identities are never in here. */
export type BackupChoices = {
  /** Absolute; the stack's own directory under the user's data directory otherwise. */
  repository?: string
  /** Cron lines by this machine's clock; none: only when asked. */
  schedule: readonly string[]
  keep: KeepRule
  /** Services that may be stopped for as long as their data is read, by `service` or `project/service`. */
  mayStop: readonly string[]
  /** Named volumes that are left out; globs. */
  withoutVolumes: readonly string[]
  /** age recipients ("age1…"); with them everything new is encrypted. */
  recipients: readonly string[]
  onBattery: boolean
  /** Scheduled work goes on while a plan is carried out. */
  duringPlans: boolean
  /** How long after waking up a missed run waits. */
  afterResumeSeconds: number
  /** A snapshot of the configuration before each plan that changes something. */
  beforePlans: boolean
  /** Restores the newest snapshot into a scratch project, on this context's engine. */
  drill?: { schedule: string; context?: string }
  /** A restic repository ("/mnt/disk", "sftp:…", "s3:…") that gets a copy of ours. */
  secondCopy?: { to: string; schedule: string; checkEveryDays: number }
}

type StayHome = { enabled: boolean; countdownSeconds: number }

/** What the user accepted as right: the content of a stack file. */
export type Stack = {
  name: string
  home: Home
  projects: readonly ComposeProject[]
  stayHome: StayHome
  monitoring?: MonitoringChoices
  /** Absent where nobody said anything about backups. */
  backup?: BackupChoices
}

export type ServiceOfStack = { project: string; service: StackService }

/** Every service of the stack, in start order. */
export function servicesOf(stack: Stack): ServiceOfStack[] {
  return stack.projects.flatMap((project) =>
    project.starts.flatMap((start) =>
      start.services.map((service) => ({ project: project.name, service })),
    ),
  )
}
