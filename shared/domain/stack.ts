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

type StayHome = { enabled: boolean; countdownSeconds: number }

/** What the user accepted as right: the content of a stack file. */
export type Stack = {
  name: string
  home: Home
  projects: readonly ComposeProject[]
  stayHome: StayHome
  monitoring?: MonitoringChoices
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
