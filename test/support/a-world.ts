import type { Container } from '../../shared/domain/container.ts'
import type {
  ConfigFile,
  ContextSource,
  CurrentContext,
  DockerContext,
  DockerContexts,
} from '../../shared/domain/docker-context.ts'
import type { Engine, EngineSight } from '../../shared/domain/engine.ts'
import type { ObservedState } from '../../shared/domain/observed-state.ts'
import {
  type Failure,
  type FailureCode,
  known,
  lastSeen,
  type Reading,
  unknown,
} from '../../shared/domain/reading.ts'
import type { Home, Stack, StackService } from '../../shared/domain/stack.ts'

// A world in which all is well: fourteen services run on Docker Desktop, which is their home
// and current; the native engine answers and is empty. Every builder takes what is different.

/** The moment of every test world: Monday, 23 November 2026, 12:00 UTC. */
export const noon = Date.UTC(2026, 10, 23, 12)
export const second = 1_000
export const minute = 60 * second

export const desktopEndpoint = 'unix:///home/ada/.docker/desktop/docker.sock'
export const nativeEndpoint = 'unix:///var/run/docker.sock'
export const configPath = '/home/ada/.docker/config.json'

export const fourteen = [
  'prometheus',
  'alertmanager',
  'grafana',
  'renderer',
  'loki',
  'promtail',
  'node-exporter',
  'cadvisor',
  'gpu-exporter',
  'blackbox-exporter',
  'process-exporter',
  'docker-exporter',
  'claude-exporter',
  'pushgateway',
] as const

const portOf = (service: string): number =>
  9090 + Math.max(0, (fourteen as readonly string[]).indexOf(service))

export function aFailure(code: FailureCode, message = `no answer (${code})`): Failure {
  return { code, message }
}

export function aReading<T>(value: T): Reading<T> {
  return known(value, noon)
}

export function noReading<T>(code: FailureCode, message?: string): Reading<T> {
  return unknown(aFailure(code, message), noon)
}

// ------------------------------------------------------------------------------- contexts

export function aContext(different: Partial<DockerContext> = {}): DockerContext {
  return { name: 'desktop-linux', endpoint: desktopEndpoint, tls: false, ...different }
}

export const nativeContext = aContext({ name: 'default', endpoint: nativeEndpoint })

export function aConfigFile(different: Partial<ConfigFile> = {}): ConfigFile {
  return { path: configPath, state: 'valid', modifiedAt: noon - 60 * minute, ...different }
}

type ContextsDifference = {
  /** Name of the current context. */
  current?: string
  source?: ContextSource
  /** For an endpoint that no context has, as with `DOCKER_HOST`. */
  endpoint?: string
  contexts?: readonly DockerContext[]
  configFile?: Partial<ConfigFile>
}

/** Both contexts; `desktop-linux` is current unless told otherwise. */
function someContexts(different: ContextsDifference = {}): DockerContexts {
  const contexts = different.contexts ?? [nativeContext, aContext()]
  const name = different.current ?? 'desktop-linux'
  const source = different.source ?? (name === 'default' ? 'default' : 'config.json')
  const context = contexts.find((one) => one.name === name)
  const endpoint = different.endpoint ?? context?.endpoint ?? ''
  const current: CurrentContext = { name, source, endpoint, exists: context !== undefined }
  return {
    configDirectory: '/home/ada/.docker',
    configFile: aConfigFile({
      ...(source === 'config.json' ? { currentContext: name } : {}),
      ...different.configFile,
    }),
    current,
    environment: {
      ...(source === 'DOCKER_HOST' ? { dockerHost: endpoint } : {}),
      ...(source === 'DOCKER_CONTEXT' ? { dockerContext: name } : {}),
    },
    contexts,
  }
}

// -------------------------------------------------------------------------------- engines

export function anEngine(different: Partial<Engine> = {}): Engine {
  return {
    id: 'DESK',
    kind: 'docker-desktop',
    name: 'docker-desktop',
    version: '28.5.1',
    apiVersion: '1.51',
    operatingSystem: 'Docker Desktop',
    ...different,
  }
}

export const nativeEngine = anEngine({
  id: 'NATV',
  kind: 'native',
  name: 'odin',
  operatingSystem: 'Debian GNU/Linux 12 (bookworm)',
})

export function aContainer(different: Partial<Container> = {}): Container {
  const service = different.service ?? 'prometheus'
  const project = different.project ?? 'odin'
  const port = portOf(service)
  const published = {
    containerPort: port,
    protocol: 'tcp' as const,
    hostIp: '0.0.0.0',
    hostPort: port,
  }
  return {
    id: `${service}-id`,
    name: `${project}-${service}-1`,
    project,
    service,
    number: 1,
    oneOff: false,
    state: 'running',
    health: 'none',
    exitCode: 0,
    oomKilled: false,
    error: '',
    restartCount: 0,
    diedAt: [],
    startedAt: noon - 60 * minute,
    createdAt: noon - 60 * minute,
    image: `example/${service}:1.0`,
    imageId: `sha256:${service}`,
    restartPolicy: 'unless-stopped',
    portsWanted: [published],
    portsGot: [published],
    mounts: [],
    composeFiles: ['/home/ada/odin/docker-compose.yml'],
    workingDir: '/home/ada/odin',
    envFiles: [],
    labels: {},
    ...different,
  }
}

/** One running container of each service, all fourteen unless told otherwise. */
export function someContainers(services: readonly string[] = fourteen): Container[] {
  return services.map((service) => aContainer({ service }))
}

/** All fourteen, with what is different about one of them. */
export function allBut(service: string, different: Partial<Container>): Container[] {
  return someContainers().map((one) => (one.service === service ? { ...one, ...different } : one))
}

export function anEngineSight(different: Partial<EngineSight> = {}): EngineSight {
  return {
    endpoint: desktopEndpoint,
    contexts: ['desktop-linux'],
    engine: aReading(anEngine()),
    containers: aReading(someContainers()),
    ...different,
  }
}

/** Docker Desktop, where the stack is at home. */
export function desktopWith(containers: readonly Container[] = someContainers()): EngineSight {
  return anEngineSight({ containers: aReading(containers) })
}

export function nativeWith(containers: readonly Container[] = []): EngineSight {
  return anEngineSight({
    endpoint: nativeEndpoint,
    contexts: ['default'],
    engine: aReading(nativeEngine),
    containers: aReading(containers),
  })
}

/** The same, of which for this reason nothing but the last look is known. */
export function silent(sight: EngineSight, code: FailureCode, message?: string): EngineSight {
  const failure = aFailure(code, message)
  return {
    ...sight,
    engine: unknown(failure, noon, lastSeen(sight.engine)),
    containers: unknown(failure, noon, lastSeen(sight.containers)),
  }
}

export const desktopStopped = silent(
  desktopWith(),
  'not-found',
  'there is no socket at /home/ada/.docker/desktop/docker.sock',
)

// ---------------------------------------------------------------------------------- stack

export function aHome(different: Partial<Home> = {}): Home {
  return {
    context: 'desktop-linux',
    engineId: 'DESK',
    engineKind: 'docker-desktop',
    endpoint: desktopEndpoint,
    ...different,
  }
}

export const nativeHome = aHome({
  context: 'default',
  engineId: 'NATV',
  engineKind: 'native',
  endpoint: nativeEndpoint,
})

export function aService(different: Partial<StackService> = {}): StackService {
  const name = different.name ?? 'prometheus'
  const port = portOf(name)
  return {
    name,
    image: `example/${name}:1.0`,
    ports: [`${port}:${port}`],
    config: [],
    ...different,
  }
}

type StackDifference = Partial<Omit<Stack, 'projects'>> & {
  services?: readonly StackService[]
}

export function aStack({ services, ...different }: StackDifference = {}): Stack {
  return {
    name: 'odin',
    home: aHome(),
    projects: [
      {
        name: 'odin',
        workingDir: '/home/ada/odin',
        starts: [
          {
            files: ['/home/ada/odin/docker-compose.yml'],
            envFiles: [],
            services: services ?? fourteen.map((name) => aService({ name })),
          },
        ],
      },
    ],
    stayHome: { enabled: false, countdownSeconds: 30 },
    ...different,
  }
}

// --------------------------------------------------------------------------------- worlds

type WorldDifference = {
  revision?: number
  contexts?: ContextsDifference | Reading<DockerContexts>
  engines?: readonly EngineSight[]
}

export function anObservedState(different: WorldDifference = {}): ObservedState {
  const { contexts = {} } = different
  return {
    revision: different.revision ?? 1,
    contexts: 'status' in contexts ? contexts : aReading(someContexts(contexts)),
    engines: different.engines ?? [desktopWith(), nativeWith()],
  }
}

/** `docker context use default`: everything still runs at home, out of sight. */
export const switchedToDefault: ObservedState = anObservedState({
  contexts: { current: 'default' },
})

/** Docker Desktop was quit: it took the context back to `default`, and its engine is gone. */
export const desktopQuit: ObservedState = anObservedState({
  contexts: { current: 'default' },
  engines: [desktopStopped, nativeWith()],
})
