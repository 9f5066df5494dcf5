import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { type Outcome, type RunOptions, run } from './run.ts'

/**
 * `host`: the lab's computer. `vm`: the machine inside it that Docker Desktop brings.
 * `terminal`: the lab's computer as its user sees it, with nothing in `/run` but the lab's
 * Docker socket; for command lines, ours and Docker's.
 */
export type Where = 'host' | 'vm' | 'terminal'

/**
 * The lab's computer: namespaces of its own for processes, mounts, network and host name,
 * with an empty `/run`. Nothing in it touches the machine around it, whatever Docker that
 * has, and two labs do not meet. Its first process reads a pipe that this process holds:
 * when this process ends, by any death, the kernel ends everything in the lab with it.
 */
export type Machine = {
  /** The command that runs the given one there. */
  inside(where: Where, command: readonly string[], cwd?: string): [string, ...string[]]
  run(where: Where, command: readonly string[], options?: RunOptions): Promise<Outcome>
  /** Starts a program whose output goes to a file. */
  start(where: Where, command: readonly string[], log: string): Promise<ChildProcess>
  /** Signals a program that was spawned or started by `inside`, and not its `nsenter`. */
  signal(child: ChildProcess, name: NodeJS.Signals): Promise<void>
  close(): Promise<void>
}

export const hostAddress = '10.78.0.1'
export const vmAddress = '10.78.0.2'

// The engine appends "(containerized)" to the name of its operating system when a line of
// /proc/1/cgroup ends in anything but "/" (seen with 26.1.5), and the first process of a
// pid namespace sits in the control group of whoever made it.
const firstProcess = `
  read -r outside rest < /proc/self/stat
  sed 's|:[^:]*$|:/|' /proc/self/cgroup > "$1"
  mount -t proc proc /proc
  mount --bind "$1" /proc/1/cgroup
  mount -t tmpfs -o mode=755 tmpfs /run
  ip link set lo up
  echo "$outside"
  exec cat > /dev/null`

const virtualMachine = `
  mount --bind "$1" /etc/os-release
  mount -t tmpfs -o mode=755 tmpfs /run
  hostname docker-desktop
  ip link set lo up
  echo $$
  exec sleep infinity`

const terminal = `
  mount -t tmpfs -o mode=755 tmpfs /run
  ln -s "$1" /run/docker.sock
  echo $$
  exec sleep infinity`

type MachineFiles = {
  /** A file to be written: the control groups that the first process pretends to be in. */
  controlGroups: string
  osReleaseOfVm: string
  /** Where `/var/run/docker.sock` leads to. */
  defaultSocket: string
}

export async function startMachine(files: MachineFiles): Promise<Machine> {
  await using begun = new AsyncDisposableStack()
  const hold = async (program: string, args: readonly string[]): Promise<string> => {
    const { pid, release } = await holder(program, args)
    begun.defer(release)
    return pid
  }
  const apart = ['--propagation', 'private', '--mount']
  const hostPid = await hold('unshare', [
    ...[...apart, '--net', '--pid', '--uts', '--fork', 'sh', '-ec', firstProcess],
    ...['lab', files.controlGroups],
  ])
  const toHost = ['-t', hostPid, '-m', '-n', '-p', '-u']
  const { pid: vmPid } = await holder('nsenter', [
    ...[...toHost, '--', 'unshare', ...apart, '--net', '--uts', 'sh', '-ec', virtualMachine],
    ...['lab', files.osReleaseOfVm],
  ])
  const { pid: terminalPid } = await holder('nsenter', [
    ...[...toHost, '--', 'unshare', ...apart, 'sh', '-ec', terminal],
    ...['lab', files.defaultSocket],
  ])

  function inside(
    where: Where,
    command: readonly string[],
    cwd = process.cwd(),
  ): [string, ...string[]] {
    const toVm = ['nsenter', '-t', vmPid, '-m', '-n', '-u', `--wdns=${cwd}`, '--']
    const toTerminal = ['nsenter', '-t', terminalPid, '-m', `--wdns=${cwd}`, '--']
    const there = {
      host: [...toHost, `--wdns=${cwd}`, '--'],
      vm: [...toHost, '--', ...toVm],
      terminal: [...toHost, '--', ...toTerminal],
    }
    return ['nsenter', ...there[where], ...command]
  }

  const machine: Machine = {
    inside,
    run(where, command, options = {}) {
      const [program, ...args] = inside(where, command, options.cwd)
      return run(program, args, options)
    },
    async start(where, command, log) {
      const [program, ...args] = inside(where, command)
      const file = await open(log, 'a')
      const child = spawn(program, args, { stdio: ['ignore', file.fd, file.fd] })
      await once(child, 'spawn')
      await file.close()
      return child
    },
    async signal(child, name) {
      // It entered a namespace of processes, so nsenter had to fork, and passes no signals on.
      const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
      for (const pid of children.trim().split(' ').filter(Boolean)) process.kill(Number(pid), name)
    },
    close: () => held.disposeAsync(),
  }
  await connect(machine, vmPid)
  const held = begun.move()
  return machine
}

type Holder = { pid: string; release(): Promise<void> }

/** Starts what keeps namespaces open. Its first line is the process ID to enter them by. */
async function holder(program: string, args: readonly string[]): Promise<Holder> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const complaints: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text))
  const gone = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const pid = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    gone.then(() => {
      throw new Error(`the lab's namespaces did not come up: ${complaints.join('').trim()}`)
    }),
  ])
  return {
    pid,
    async release() {
      child.stdin.end()
      await gone
    },
  }
}

/** A cable between the computer and the virtual machine, as Docker Desktop's network is one. */
async function connect(machine: Machine, vmPid: string): Promise<void> {
  const cable = `
    ip link add desktop0 type veth peer name eth0 netns ${vmPid}
    ip addr add ${hostAddress}/24 dev desktop0
    ip link set desktop0 up`
  await machine.run('host', ['sh', '-ec', cable])
  const otherEnd = `
    ip addr add ${vmAddress}/24 dev eth0
    ip link set eth0 up
    ip route add default via ${hostAddress}`
  await machine.run('vm', ['sh', '-ec', otherEnd])
}
