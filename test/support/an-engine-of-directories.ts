import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type {
  ContainerUpClose,
  EngineHands,
  EngineVolume,
} from '../../electron/adapters/docker/hands/engine-hands.ts'

/** A container as far as those who stop and start it look at it. */
export type Known = Pick<ContainerUpClose, 'id' | 'name' | 'project' | 'service'> & {
  state: ContainerUpClose['state']
  volumes: readonly string[]
  directories?: readonly string[]
}

/**
 * An engine whose volumes are directories of this machine, read and written by the tar that it has.
 * `before` is called with the name of each call, and may break it as a kill would.
 */
export function anEngineOfDirectories(
  root: string,
  options: { containers?: Known[]; before?: (call: string) => void } = {},
) {
  const containers = options.containers ?? []
  const volumes = new Map<string, EngineVolume>()
  const helpers = new Map<string, { id: string; volume: string }>()
  let made = 0
  const directoryOf = (volume: string) => join(root, volume)

  const upClose = (one: Known) =>
    ({
      ...one,
      ...{ number: 1, oneOff: false, health: 'none', error: '', exitCode: 0, autoRemove: false },
      ...{ restartPolicy: 'no', mounts: [], startedAt: Date.now() },
    }) as unknown as ContainerUpClose

  const calls: Partial<EngineHands> = {
    endpoint: 'unix:///engine.sock',
    identity: async () => ({ id: 'DESK', version: '28', now: Date.now() }),
    async container(id) {
      const found = containers.find((one) => one.id === id)
      return found && upClose(found)
    },
    containersOf: async (project, service) =>
      containers.filter((one) => one.project === project && one.service === service).map(upClose),
    containersUsing: async (volume) =>
      containers.filter((one) => one.volumes.includes(volume)).map(upClose),
    containersWritingTo: async (directory) =>
      containers.filter((one) => one.directories?.includes(directory)).map(upClose),
    async stop(id) {
      for (const one of containers) if (one.id === id) one.state = 'exited'
    },
    async start(id) {
      for (const one of containers) if (one.id === id) one.state = 'running'
    },
    volume: async (name) => volumes.get(name),
    async createVolume(volume) {
      const created = { ...volume, createdAt: '' }
      await mkdir(directoryOf(volume.name))
      volumes.set(volume.name, created)
      return created
    },
    async createHelper({ id, mount }) {
      if ([...helpers.values()].some((one) => one.id === id)) throw new Error(`${id} is taken.`)
      if (!volumes.has(mount.source)) throw new Error(`There is no volume ${mount.source}.`)
      made += 1
      helpers.set(`helper-${made}`, { id, volume: mount.source })
      return `helper-${made}`
    },
    async runHelper({ mount }, [program, ...args]) {
      const inside = args.map((arg) =>
        arg.startsWith('/odin-sentinel/')
          ? join(directoryOf(mount.source), arg.slice('/odin-sentinel/'.length))
          : arg,
      )
      const [exitCode] = await once(spawn(program ?? '', inside), 'close')
      return { exitCode }
    },
    async removeHelper(containerId) {
      helpers.delete(containerId)
    },
    helpers: async () =>
      [...helpers].map(([containerId, { id }]) => ({ containerId, id, createdAt: 0 })),
    async readArchive(containerId, path) {
      const from = join(root, helpers.get(containerId)?.volume ?? '', path.slice(14))
      const rename = `s,^[.],${path.split('/').at(-1)},S`
      const tar = spawn('tar', ['-C', from, '--format=pax', '--transform', rename, '-cf', '-', '.'])
      return tar.stdout
    },
    async writeArchive(containerId, path, stream) {
      if (path !== '/') throw new Error(`${path} is not written here.`)
      const to = directoryOf(helpers.get(containerId)?.volume ?? '')
      // As the engine does: what stands there as something else makes way.
      const how = ['--strip-components=1', '--recursive-unlink', '--unlink-first', '-p']
      const tar = spawn('tar', ['-C', to, ...how, '-xf', '-'], {
        stdio: ['pipe', 'ignore', 'pipe'],
      })
      let said = ''
      tar.stderr.on('data', (text) => {
        said += text
      })
      const ended = once(tar, 'close')
      await pipeline(stream, tar.stdin)
      const [code] = await ended
      if (code !== 0) throw new Error(`tar ended with ${code}: ${said}`)
    },
    statPath: async () => ({ sizeBytes: 0, mtime: '', linkTarget: '' }),
    close: () => {},
  }
  const hands = new Proxy(calls as EngineHands, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function' || name === 'close') return value
      return async (...args: unknown[]) => {
        options.before?.(String(name))
        return (value as (...given: unknown[]) => unknown)(...args)
      }
    },
  })
  return {
    hands,
    directoryOf,
    volumes,
    async addVolume(name: string): Promise<string> {
      const made = { name, driver: 'local', options: {}, labels: {}, createdAt: '' }
      volumes.set(name, made)
      await rm(directoryOf(name), { recursive: true, force: true })
      await mkdir(directoryOf(name), { recursive: true })
      return directoryOf(name)
    },
    /** What a process that was killed has left. */
    helpersLeft: () => helpers.size,
  }
}
