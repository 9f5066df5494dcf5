import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  utimes,
  watch,
  writeFile,
} from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { ensurePackages } from '../../build/debian-packages.ts'
import type { Machine } from './machine.ts'
import { run } from './run.ts'

/**
 * A computer of its own with a real systemd as its first process, in namespaces and a control
 * group of its own. Its system bus is reachable from here. It ends with this process.
 */
export type SystemdMachine = {
  busAddress: string
  /** Runs systemctl in it, as root. */
  systemctl(...args: string[]): Promise<string>
  /** Ends it as a power cut would, and boots it anew. */
  restart(): Promise<void>
  close(): Promise<void>
}

const place = '/var/tmp'
const prefix = 'odin-lab-systemd-'

type SystemdOptions = {
  /** The computer of a lab, on whose ports the units then listen; else it is one by itself. */
  on?: Machine
  /** Files that are copied to `/usr/local/bin`, by the name that they have there. */
  programs?: Readonly<Record<string, string>>
}

/** Boots in about a second. `units` are unit files by name. */
export async function startSystemd(
  units: Readonly<Record<string, string>>,
  { on, programs = {} }: SystemdOptions = {},
): Promise<SystemdMachine> {
  const tree = await systemdTree()
  await using begun = new AsyncDisposableStack()
  const directory = await mkdtemp(join(place, prefix))
  begun.defer(() => rm(directory, { recursive: true, force: true }))
  // In the form that the lab's own sweep of leftovers reads: process ID and start time.
  const itself = await readFile('/proc/self/stat', 'utf8')
  const startTime = itself.slice(itself.lastIndexOf(')')).split(' ')[20]
  await writeFile(join(directory, 'owner'), `${process.pid} ${startTime}`)
  const bus = join(directory, 'bus')
  const unitFiles = join(directory, 'upper/etc/systemd/system')
  for (const name of ['work', 'root', 'bus']) await mkdir(join(directory, name))
  await mkdir(unitFiles, { recursive: true })
  for (const [name, text] of Object.entries(units)) await writeFile(join(unitFiles, name), text)
  const bin = join(directory, 'upper/usr/local/bin')
  await mkdir(bin, { recursive: true })
  for (const [name, file] of Object.entries(programs)) await cp(file, join(bin, name))
  const controlGroup = join(await unifiedControlGroups(), directory.slice(place.length + 1))
  await mkdir(controlGroup)
  begun.defer(() => removeControlGroup(controlGroup))

  let machine = await boot()
  begun.defer(() => end(machine, on !== undefined))

  async function boot(): Promise<ChildProcess> {
    const listening = socketIn(bus)
    const net = on ? '' : '--net'
    const command = ['sh', '-ec', computer, 'lab', directory, tree, controlGroup, net] as const
    const [program, ...args] = on ? on.inside('host', command) : command
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    const said: string[] = []
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => said.push(text))
    }
    const died = once(child, 'exit').then(() => {
      throw new Error(`the lab's systemd did not come up: ${said.join('').slice(-2000)}`)
    })
    await Promise.race([listening, died])
    died.catch(() => {})
    return child
  }

  const held = begun.move()
  return {
    busAddress: `unix:path=${join(bus, 'system_bus_socket')}`,
    async systemctl(...args) {
      const pid = await firstProcessOf(machine, on !== undefined)
      const command = ['-t', pid, '--mount', '--pid', '--uts', '--root', '--wd', '--', 'systemctl']
      return (await run('nsenter', [...command, ...args], { anyExitCode: true })).stdout
    },
    async restart() {
      await end(machine, on !== undefined)
      await rm(join(bus, 'system_bus_socket'), { force: true })
      machine = await boot()
    },
    close: () => held.disposeAsync(),
  }
}

// systemd 252 takes a control group namespace whose root is a cgroup2 mount for the whole
// machine, also where the machine around uses version 1 for everything else.
const computer = `
  echo 0 > "$3/cgroup.procs"
  exec setpriv --pdeathsig KILL unshare --pid --fork --kill-child --mount --uts --ipc --cgroup $4 \\
    --propagation private sh -ec '
      root=$1/root
      mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" "$root"
      mount -t proc proc "$root/proc"
      mount -t sysfs sysfs "$root/sys"
      mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
      mount -t tmpfs -o mode=755 tmpfs "$root/run"
      mount -t tmpfs -o mode=755 tmpfs "$root/dev"
      for node in null zero full random urandom tty
      do touch "$root/dev/$node"; mount --bind "/dev/$node" "$root/dev/$node"; done
      mkdir "$root/run/dbus"
      mount --bind "$1/bus" "$root/run/dbus"
      hostname odin-systemd
      exec env -i container=odin-lab PATH=/usr/sbin:/usr/bin:/sbin:/bin \\
        chroot "$root" /lib/systemd/systemd --unit=multi-user.target \\
        --log-target=console --log-level=warning' lab "$1" "$2"`

async function end(child: ChildProcess, isEntered: boolean): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  // With the one who made the namespaces the kernel ends everything in them.
  const entered = isEntered ? Number(await childOf(child.pid)) : child.pid
  if (entered) process.kill(entered, 'SIGKILL')
  await gone
}

/** An nsenter stands before the one who made the namespaces. */
async function firstProcessOf(child: ChildProcess, isEntered: boolean): Promise<string> {
  return childOf(isEntered ? await childOf(child.pid) : child.pid)
}

async function childOf(pid: number | string | undefined): Promise<string> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  return children.trim()
}

async function socketIn(directory: string): Promise<void> {
  const isThere = async () => (await readdir(directory)).includes('system_bus_socket')
  const ending = new AbortController()
  const events = watch(directory, { signal: ending.signal })
  if (await isThere()) return ending.abort()
  for await (const _ of events) if (await isThere()) return
}

async function unifiedControlGroups(): Promise<string> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8')
  const path = /^\S+ \S+ \S+ \S+ (\S+) .* - cgroup2 /m.exec(mounts)?.[1]
  if (path === undefined) throw new Error('the lab needs control groups of version 2')
  return path
}

/** A killed process leaves its control group a moment later than its parent. */
async function removeControlGroup(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true }).catch(() => [])) {
    if (entry.isDirectory()) await removeControlGroup(join(directory, entry.name))
  }
  await rmdir(directory).catch(() => undefined)
}

const packages = ['systemd-sysv', 'dbus']
const suite = 'bookworm'

/** Debian with systemd, made once and kept in the lab's cache. */
async function systemdTree(): Promise<string> {
  const problem = await ensurePackages(['debootstrap', 'debian-archive-keyring', 'util-linux'])
  if (problem) throw new Error(`the lab lacks something: ${problem}`)
  const cache = process.env['ODIN_LAB_CACHE'] || join(homedir(), '.cache', 'odin-sentinel-lab')
  const recipe = createHash('sha256').update([suite, ...packages, process.arch].join(' '))
  const tree = join(cache, `systemd-${recipe.digest('hex').slice(0, 16)}`)
  const isMade = await utimes(tree, new Date(), new Date()).then(
    () => true,
    () => false,
  )
  if (isMade) return tree
  process.stderr.write('lab: making a Debian with systemd, once\n')
  await mkdir(cache, { recursive: true })
  const site = await mkdtemp(join(cache, 'making-'))
  try {
    const made = join(site, 'tree')
    const include = `--include=${packages.join(',')}`
    await run('debootstrap', ['--variant=minbase', include, suite, made, await mirror()])
    const unneeded = ['var/cache/apt', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/locale']
    for (const path of unneeded) await rm(join(made, path), { recursive: true, force: true })
    await rename(made, tree).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(site, { recursive: true, force: true })
  }
  return tree
}

async function mirror(): Promise<string> {
  const asked = ['indextargets', '--format', '$(REPO_URI)', `Codename: ${suite}`]
  const { stdout } = await run('apt-get', asked, { anyExitCode: true })
  return stdout.split('\n').find((line) => line !== '') ?? 'http://deb.debian.org/debian/'
}
