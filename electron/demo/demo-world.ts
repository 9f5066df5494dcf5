import { randomInt } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sha256 } from './container-spec.ts'
import { type DemoComposeFile, demoProject, demoStack } from './demo-stack.ts'
import { desktopIdentity, nativeIdentity } from './engine-identity.ts'
import { runs } from './small-container.ts'
import { type SmallEngine, smallEngine } from './small-engine.ts'

/**
 * A machine of its own in one temporary directory: a home with a Docker configuration, Docker
 * Desktop with the stack on it, and the distribution's Docker beside it. Nothing outside the
 * directory is read or written.
 */
export interface DemoWorld {
  readonly directory: string
  readonly homeDirectory: string
  readonly dockerConfigDirectory: string
  /** Where the compose files of the stack would lie. */
  readonly workingDir: string
  /** In place of the process's own: neither DOCKER_HOST nor DOCKER_CONTEXT is in it. */
  readonly env: Readonly<Record<string, string>>
  /** Where the context "default" leads, in place of `unix:///var/run/docker.sock`. */
  readonly defaultEndpoint: string
  readonly desktop: SmallEngine
  readonly native: SmallEngine
  /** In place of the user's systemd: Docker Desktop is the only unit that it knows. */
  readonly userUnits: {
    state(unit: string): Promise<{ exists: boolean; active: string }>
    start(unit: string): Promise<void>
  }
  /** `docker context use`, with the same file operations as the CLI's. */
  contextUse(name: string): Promise<void>
  /** `docker context create`. */
  contextCreate(name: string, endpoint: string): Promise<void>
  /** Somebody quits Docker Desktop, which sets the context "default" as it goes. */
  quitDesktop(): Promise<void>
  /** Docker Desktop starts, and makes its own context the current one. */
  startDesktop(): Promise<void>
  /** `docker compose up -d` of one file, or of all; a port held by the other engine is taken. */
  composeUp(engine: SmallEngine, file?: DemoComposeFile): void
  /** `docker compose down` of the whole project. */
  composeDown(engine: SmallEngine): void
  /** Stops both engines and removes the directory. Safe to call twice. */
  close(): Promise<void>
}

/** User unit of Docker Desktop for Linux. */
const desktopUnit = 'docker-desktop.service'

/** Linux gives a socket's path 108 bytes, the last of them a zero. */
const longestSocketPath = 107

/** Makes the world below `parent` and brings the stack up where it belongs. */
export async function openDemoWorld(parent = tmpdir()): Promise<DemoWorld> {
  const directory = await mkdtemp(join(parent, 'odin-demo-'))
  const homeDirectory = join(directory, 'home')
  const dockerConfigDirectory = join(homeDirectory, '.docker')
  const workingDir = join(homeDirectory, 'monitoring')
  const configFile = join(dockerConfigDirectory, 'config.json')
  const desktopSocket = join(dockerConfigDirectory, 'desktop', 'docker.sock')
  const nativeSocket = join(directory, 'run', 'docker.sock')
  const desktop = smallEngine({
    socketPath: desktopSocket,
    identity: desktopIdentity(desktopSocket),
  })
  const native = smallEngine({ socketPath: nativeSocket, identity: nativeIdentity() })

  async function close(): Promise<void> {
    await Promise.all([desktop.stop(), native.stop()])
    await rm(directory, { recursive: true, force: true })
  }

  async function contextUse(name: string): Promise<void> {
    const config = JSON.parse(await readFile(configFile, 'utf8')) as Record<string, unknown>
    // As in docker/cli 28.2: "default" is said by saying nothing.
    const { currentContext: _, ...rest } = config
    const next = name === 'default' ? rest : { ...rest, currentContext: name }
    const beside = `${configFile}${randomInt(1e9, 4e9)}`
    await writeFile(beside, JSON.stringify(next, null, '\t'), { mode: 0o600, flag: 'wx' })
    await rename(beside, configFile)
  }

  async function contextCreate(name: string, endpoint: string, description?: string) {
    const place = join(dockerConfigDirectory, 'contexts', 'meta', sha256(name))
    await mkdir(place, { recursive: true })
    const meta = {
      Name: name,
      Metadata: description === undefined ? {} : { Description: description },
      Endpoints: { docker: { Host: endpoint, SkipTLSVerify: false } },
    }
    await writeFile(join(place, 'meta.json'), JSON.stringify(meta))
  }

  async function startDesktop(): Promise<void> {
    await desktop.start()
    await contextUse('desktop-linux')
  }

  const world: DemoWorld = {
    directory,
    homeDirectory,
    dockerConfigDirectory,
    workingDir,
    env: {
      HOME: homeDirectory,
      DOCKER_CONFIG: dockerConfigDirectory,
      XDG_CONFIG_HOME: join(homeDirectory, '.config'),
      XDG_STATE_HOME: join(homeDirectory, '.local', 'state'),
    },
    defaultEndpoint: native.endpoint,
    desktop,
    native,
    userUnits: {
      async state(unit) {
        const active = desktop.answers ? 'active' : 'inactive'
        return { exists: unit === desktopUnit, active: unit === desktopUnit ? active : 'inactive' }
      },
      async start(unit) {
        if (unit !== desktopUnit) throw new Error(`Unit ${unit} not found.`)
        await startDesktop()
      },
    },
    contextUse,
    contextCreate,
    async quitDesktop() {
      await desktop.stop()
      await contextUse('default')
    },
    startDesktop,
    composeUp(engine, file) {
      const other = engine === desktop ? native : desktop
      const taken = takenPorts(other)
      for (const spec of demoStack(workingDir, file)) {
        if (engine.find(spec.name)) engine.startContainer(spec.name)
        else {
          const clash = spec.ports.find((port) => taken.has(port.hostPort))
          engine.addContainer(spec, clash ? { startError: portTaken(clash.hostPort) } : {})
        }
      }
    },
    composeDown(engine) {
      for (const { id, spec } of engine.containers) {
        if (spec.labels['com.docker.compose.project'] !== demoProject) continue
        engine.stopContainer(id)
        engine.remove(id)
      }
    },
    close,
  }

  try {
    if (Buffer.byteLength(desktopSocket) > longestSocketPath) {
      throw new Error(`${parent} is too deep for a socket: choose a directory with a shorter path`)
    }
    await mkdir(workingDir, { recursive: true })
    await mkdir(dockerConfigDirectory, { recursive: true })
    await writeFile(
      configFile,
      JSON.stringify({ auths: {}, currentContext: 'desktop-linux' }, null, '\t'),
      { mode: 0o600 },
    )
    await contextCreate('desktop-linux', desktop.endpoint, 'Docker Desktop')
    world.composeUp(desktop)
    await Promise.all([desktop.start(), native.start()])
    return world
  } catch (error) {
    await close()
    throw error
  }
}

function takenPorts(engine: SmallEngine): ReadonlySet<number> {
  const running = engine.answers ? engine.containers.filter(runs) : []
  return new Set(running.flatMap(({ spec }) => spec.ports.map((port) => port.hostPort)))
}

/** The words of Docker 26.1 when somebody outside the engine holds the port. */
function portTaken(port: number): string {
  return `driver failed programming external connectivity on endpoint: Error starting userland proxy: listen tcp4 0.0.0.0:${port}: bind: address already in use`
}
