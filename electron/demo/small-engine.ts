import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { HealthState } from '../../shared/domain/container.ts'
import type { ContainerSpec } from './container-spec.ts'
import type { EngineIdentity } from './engine-identity.ts'
import { engineServer } from './engine-server.ts'
import { type EventFeed, eventFeed } from './event-feed.ts'
import { newContainer, runs, type SmallContainer } from './small-container.ts'

/**
 * A make-believe Docker engine. It keeps containers in memory, runs nothing, and answers the
 * Engine API (1.45) on a unix socket, so that whatever talks to it cannot tell the difference.
 * Every change sends the events that a real engine sends, in the order it sends them. Nothing
 * happens by itself: what a container does next is for the caller to say.
 * `which` is a container's name, its ID or the beginning of its ID.
 */
export interface SmallEngine {
  readonly socketPath: string
  readonly endpoint: string
  readonly identity: EngineIdentity
  readonly containers: readonly SmallContainer[]
  readonly events: EventFeed
  readonly answers: boolean
  /** Opens the socket. What ran when the engine stopped is running again. */
  start(): Promise<void>
  /** Goes as a daemon goes: event streams are cut, the socket is gone. */
  stop(): Promise<void>
  find(which: string): SmallContainer | undefined
  /** Creates and starts. With `startError` it stays `created`, as when a port is taken. */
  addContainer(spec: ContainerSpec, fault?: { startError?: string }): SmallContainer
  startContainer(which: string): void
  stopContainer(which: string): void
  kill(which: string, signal?: string): void
  restart(which: string): void
  /** Ends by itself, and stays so. */
  die(which: string, exitCode: number, how?: { oom?: boolean }): void
  /** Memory ran out, as the real one may say it: after the death, and without an event. */
  admitOom(which: string): void
  /** Dies and is brought back by its restart policy, so many times; ends in `restarting`. */
  crashLoop(which: string, times: number, exitCode?: number): void
  /** The healthcheck runs once and comes to this result. */
  setHealth(which: string, health: HealthState, output?: string, exitCode?: number): void
  remove(which: string): void
  /** A factory reset: nothing is left, and whoever answers now is somebody else. */
  reset(id: string): void
}

const signalNumbers: Readonly<Record<string, number>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }

export function smallEngine(options: {
  socketPath: string
  identity: EngineIdentity
  now?: () => number
}): SmallEngine {
  const { socketPath, now = Date.now } = options
  const events = eventFeed(now)
  const networks = new Set(['bridge', 'host'])
  let identity = options.identity
  let containers: SmallContainer[] = []
  let server: ReturnType<typeof engineServer> | undefined

  const find = (which: string) =>
    containers.find(
      ({ id, spec }) => spec.name === which || (which.length >= 4 && id.startsWith(which)),
    )

  function get(which: string): SmallContainer {
    const container = find(which)
    if (!container) throw new Error(`No such container: ${which}`)
    return container
  }

  function probe(container: SmallContainer, health: HealthState, exitCode: number, output: string) {
    const [, command = '', ...args] = container.spec.healthcheck ?? []
    const line = `${command} ${args.join(' ')}`
    events.container(container, `exec_create: ${line}`)
    events.container(container, `exec_start: ${line}`)
    events.container(container, 'exec_die', { exitCode: String(exitCode) })
    const at = now()
    container.probes = [...container.probes, { start: at, end: at, exitCode, output }].slice(-5)
    container.failingStreak = exitCode === 0 ? 0 : container.failingStreak + 1
    if (container.health === health) return
    container.health = health
    if (health !== 'starting') events.container(container, `health_status: ${health}`)
  }

  /** The first probe comes at once and passes: this engine makes nobody wait. */
  function run(container: SmallContainer): void {
    events.network(container, 'connect')
    container.state = 'running'
    container.startedAt = now()
    container.exitCode = 0
    container.error = ''
    container.oomKilled = false
    events.container(container, 'start')
    if (!container.spec.healthcheck) return
    container.health = 'starting'
    probe(container, 'healthy', 0, '')
  }

  function end(container: SmallContainer, exitCode: number, asked = false): void {
    const at = now()
    events.network(container, 'disconnect')
    container.state = 'exited'
    container.exitCode = exitCode
    container.finishedAt = at
    if (container.health !== 'none') container.health = 'unhealthy'
    if (asked) events.container(container, 'stop')
    const seconds = Math.floor((at - (container.startedAt ?? at)) / 1000)
    const more = { execDuration: String(seconds), exitCode: String(exitCode) }
    events.container(container, 'die', more)
  }

  function stopContainer(which: string): void {
    const container = get(which)
    if (!runs(container)) return
    events.container(container, 'kill', { signal: '15' })
    end(container, 0, true)
  }

  function kill(which: string, signal = 'SIGKILL'): void {
    const container = get(which)
    const number = signalNumbers[signal.startsWith('SIG') ? signal : `SIG${signal}`]
    events.container(container, 'kill', { signal: String(number ?? signal) })
    if (number !== undefined && runs(container)) end(container, 128 + number)
  }

  const engine: SmallEngine = {
    socketPath,
    endpoint: `unix://${socketPath}`,
    events,
    get identity() {
      return identity
    },
    get containers() {
      return containers
    },
    get answers() {
      return server !== undefined
    },
    async start() {
      if (server) return
      await mkdir(dirname(socketPath), { recursive: true })
      const starting = engineServer(engine)
      await starting.listen(socketPath)
      server = starting
      for (const container of containers) if (runs(container)) container.startedAt = now()
    },
    async stop() {
      const stopping = server
      server = undefined
      await stopping?.close()
    },
    find,
    addContainer(spec, { startError } = {}) {
      if (find(spec.name)) throw new Error(`The container name "/${spec.name}" is already in use`)
      if (!networks.has(spec.network)) events.networkCreated(spec.network)
      networks.add(spec.network)
      const container = newContainer(spec, now())
      containers = [...containers, container]
      events.container(container, 'create')
      if (startError === undefined) run(container)
      else {
        container.error = startError
        container.exitCode = 128
      }
      return container
    },
    startContainer(which) {
      const container = get(which)
      if (!runs(container)) run(container)
    },
    stopContainer,
    kill,
    restart(which) {
      stopContainer(which)
      const container = get(which)
      run(container)
      events.container(container, 'restart')
    },
    die(which, exitCode, { oom = false } = {}) {
      const container = get(which)
      if (oom) events.container(container, 'oom')
      container.oomKilled = oom
      end(container, exitCode)
    },
    admitOom(which) {
      get(which).oomKilled = true
    },
    crashLoop(which, times, exitCode = 1) {
      const container = get(which)
      for (let round = 0; round < times; round++) {
        if (!runs(container)) {
          container.restartCount += 1
          run(container)
        }
        end(container, exitCode)
        container.state = 'restarting'
      }
    },
    setHealth(which, health, output = '', exitCode = health === 'unhealthy' ? 1 : 0) {
      probe(get(which), health, exitCode, output)
    },
    remove(which) {
      const container = get(which)
      if (runs(container)) kill(which)
      containers = containers.filter((other) => other !== container)
      events.container(container, 'destroy')
    },
    reset(id) {
      for (const container of containers) engine.remove(container.id)
      identity = { ...identity, id }
    },
  }
  return engine
}
