import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename, join } from 'node:path'

/** The process behind a socket, as far as this user may know it. */
export type Holder = {
  pid: number
  /** The program's name without arguments: those may hold secrets. */
  command: string
  unit?: { name: string; scope: 'system' | 'user' }
  /** ID of the container whose control group it is in. */
  containerId?: string
  /** Docker's forwarder of a published port. */
  isDockerProxy: boolean
}

/** Finds out which processes hold sockets, and remembers it for as long as they live. */
export interface SocketHolders {
  /** By inode; absent where this user may not know. */
  of(inodes: ReadonlySet<string>): Promise<ReadonlyMap<string, Holder>>
}

/** Sockets may be handed over between the two lists being read: a second look settles it. */
const attempts = 2

export function socketHolders(procRoot: string): SocketHolders {
  const held = new Map<string, Holder>()
  const vain = new Map<string, number>()

  return {
    async of(inodes) {
      for (const inode of held.keys()) if (!inodes.has(inode)) held.delete(inode)
      for (const inode of vain.keys()) if (!inodes.has(inode)) vain.delete(inode)
      await forgetGone(procRoot, held)
      const wanted = new Set(
        [...inodes].filter((inode) => !held.has(inode) && (vain.get(inode) ?? 0) < attempts),
      )
      if (wanted.size === 0) return new Map(held)
      const found = await scan(procRoot, wanted)
      for (const inode of wanted) {
        const pid = found.get(inode)
        const holder = pid === undefined ? undefined : await holderAt(procRoot, pid)
        if (holder) held.set(inode, holder)
        else vain.set(inode, (vain.get(inode) ?? 0) + 1)
      }
      return new Map(held)
    },
  }
}

/** A socket outlives its process where a child has it too: then the child is looked for. */
async function forgetGone(procRoot: string, held: Map<string, Holder>): Promise<void> {
  const alive = new Set(await readdir(procRoot))
  for (const [inode, { pid }] of held) if (!alive.has(String(pid))) held.delete(inode)
}

/** Reads the descriptors of every process that this user may read, until all are found. */
async function scan(procRoot: string, wanted: ReadonlySet<string>): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  const pids = (await readdir(procRoot)).filter((name) => /^\d+$/.test(name))
  for (const pid of pids) {
    const directory = join(procRoot, pid, 'fd')
    for (const descriptor of await readdir(directory).catch(() => [])) {
      const target = await readlink(join(directory, descriptor)).catch(() => '')
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
      // The oldest process comes first: systemd keeps the sockets that it hands on.
      if (inode && wanted.has(inode) && (!found.has(inode) || found.get(inode) === 1)) {
        found.set(inode, Number(pid))
      }
    }
    const isComplete = found.size === wanted.size && ![...found.values()].includes(1)
    if (isComplete) break
  }
  return found
}

async function holderAt(procRoot: string, pid: number): Promise<Holder | undefined> {
  const read = (file: string) =>
    readFile(join(procRoot, String(pid), file), 'utf8').catch(() => undefined)
  const [name, line = '', groups = ''] = await Promise.all([
    read('comm'),
    read('cmdline'),
    read('cgroup'),
  ])
  if (name === undefined) return undefined
  const args = line.split('\0')
  // The kernel cuts `comm` at 15 characters; a program may call itself anything in `cmdline`.
  const program = basename(args[0]?.split(' ')[0] ?? '')
  const comm = name.trim()
  const command = program.startsWith(comm) ? program : comm
  const isDockerProxy = command === 'docker-proxy' && args.includes('-host-port')
  return { pid, command, isDockerProxy, ...placeIn(groups) }
}

/** What the control group says: the unit, or the container, that started the process. */
export function placeIn(groups: string): Pick<Holder, 'unit' | 'containerId'> {
  const paths = groups.split('\n').map((line) => line.split(':').slice(1))
  // Version 1 has a hierarchy of systemd's own, version 2 one for all; both may be mounted, and
  // then only one of them is in use.
  const ofSystemd = ['name=systemd', ''].flatMap(
    (which) => paths.find(([controllers]) => controllers === which)?.[1] ?? [],
  )
  const all = [...ofSystemd, ...paths.map(([, one = '']) => one)]
  // `/docker/<id>`, `docker-<id>.scope`, `libpod-<id>.scope`
  const container = all
    .map((one) => /(?:^|[/-])([0-9a-f]{64})(?:\.scope)?(?:\/|$)/.exec(one)?.[1])
    .find((id) => id !== undefined)
  if (container !== undefined) return { containerId: container }
  for (const path of ofSystemd) {
    const ofUser = /\/user@\d+\.service\/(?:.*\/)?([^/]+\.service)(?:\/|$)/.exec(path)?.[1]
    if (ofUser) return { unit: { name: ofUser, scope: 'user' } }
    const ofSystem = /\/system\.slice\/(?:[^/]+\.slice\/)*([^/]+\.service)(?:\/|$)/.exec(path)?.[1]
    if (ofSystem) return { unit: { name: ofSystem, scope: 'system' } }
  }
  return {}
}
