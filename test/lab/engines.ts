import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  rmdir,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { type LabEngine, labEngine } from './engine.ts'
import { hostAddress, type Machine, startMachine, vmAddress, type Where } from './machine.ts'
import type { Outcome, RunOptions } from './run.ts'
import { setUp } from './set-up.ts'
import { terminalEnvironment } from './terminal.ts'

/** Two real Docker engines that differ in what the incident turned on, and one terminal. */
export type Lab = {
  /** Everything of this run, gone after `close`. */
  directory: string
  /** `$DOCKER_CONFIG`: contexts `desktop-linux` (current), `native` and the virtual `default`. */
  dockerConfig: string
  /** A copy of `test/lab/stack/`, free to be changed. */
  stackDirectory: string
  /** The environment of the terminal: nothing of the machine's own Docker or desktop. */
  env: Readonly<Record<string, string>>
  /** Reports itself as Docker Desktop; its containers find `host.docker.internal`. */
  desktop: LabEngine
  /** Also behind `/var/run/docker.sock` in the terminal, so that `default` leads here. */
  native: LabEngine
  machine: Machine
  /** The real Docker CLI, in the terminal. */
  docker(args: readonly string[], options?: RunOptions): Promise<Outcome>
  /** The real Compose for the stack in `stackDirectory`, whatever context is current. */
  compose(context: string, args: readonly string[], options?: RunOptions): Promise<Outcome>
  /** Brings the whole stack up as its people do: one `up` for each file, in order. */
  bringUp(context: string): Promise<void>
  /** Ends of the engines' logs, for the reader of a failed test. */
  logTails(): Promise<string>
  close(): Promise<void>
}

// A real disk nearly everywhere, where /tmp is often memory.
const place = '/var/tmp'
const prefix = 'odin-lab-'

/** The files of the stack, in the order in which they are brought up. */
export const composeFiles = [
  'docker-compose.yml',
  'docker-compose-exporters.yml',
  'docker-compose-logging.yml',
] as const

/** From a warm cache about ten seconds. Throws when `labPossible` would have said no. */
export async function startLab(): Promise<Lab> {
  const parts = await setUp((line) => process.stderr.write(`${line}\n`))
  await sweepLeftovers()
  await using begun = new AsyncDisposableStack()
  const directory = await mkdtemp(join(place, prefix))
  begun.defer(() => removeTraces(directory))
  await writeFile(join(directory, 'owner'), await birthmark(process.pid))
  const name = directory.slice(place.length + 1)
  const osReleaseOfVm = join(directory, 'os-release')
  const osRelease = 'PRETTY_NAME="Docker Desktop"\nNAME="Docker Desktop"\nID=docker-desktop\n'
  await writeFile(osReleaseOfVm, osRelease)
  const userHome = join(directory, 'home')
  const dockerConfig = join(userHome, '.docker')
  const nativeSocket = join(directory, 'docker.sock')
  const desktopSocket = join(dockerConfig, 'desktop/docker.sock')
  await mkdir(join(dockerConfig, 'desktop'), { recursive: true })
  await mkdir(join(dockerConfig, 'cli-plugins'))
  await symlink(parts.composePlugin, join(dockerConfig, 'cli-plugins/docker-compose'))
  const stackDirectory = join(userHome, 'odin-stack')
  await cp(join(import.meta.dirname, 'stack'), stackDirectory, { recursive: true })

  const machine = await startMachine({
    controlGroups: join(directory, 'control-groups'),
    osReleaseOfVm,
    defaultSocket: nativeSocket,
  })
  begun.defer(() => machine.close())
  await answerNames(machine, directory)
  const native = labEngine(machine, {
    name: 'native',
    where: 'host',
    directory: join(directory, 'native'),
    socket: nativeSocket,
    options: ['--dns', hostAddress],
    controlGroup: `${name}/native`,
    parts,
  })
  const desktop = labEngine(machine, {
    name: 'desktop',
    where: 'vm',
    directory: join(directory, 'desktop'),
    socket: desktopSocket,
    // For Docker Desktop, too, host-gateway is the host and not its virtual machine.
    options: ['--dns', vmAddress, '--host-gateway-ip', hostAddress],
    controlGroup: `${name}/desktop`,
    parts,
  })
  await showDesktopPorts(machine, directory, desktopSocket)
  await Promise.all([native.start(), desktop.start()])
  const env = terminalEnvironment(userHome, parts.programs)
  const docker: Lab['docker'] = (args, options = {}) =>
    machine.run('terminal', ['docker', ...args], { ...options, env: { ...env, ...options.env } })
  await docker(['context', 'create', 'desktop-linux', '--docker', `host=unix://${desktopSocket}`])
  await docker(['context', 'create', 'native', '--docker', `host=unix://${nativeSocket}`])
  await docker(['context', 'use', 'desktop-linux'])
  const compose: Lab['compose'] = (context, args, options) =>
    docker(
      [
        ...['--context', context, 'compose', '--progress', 'quiet'],
        ...['--project-directory', stackDirectory],
        ...['--env-file', join(stackDirectory, 'odin.env'), ...args],
      ],
      { cwd: stackDirectory, ...options },
    )
  const held = begun.move()
  return {
    ...{ directory, dockerConfig, stackDirectory, env, desktop, native, machine, docker },
    compose,
    close: () => held.disposeAsync(),
    async bringUp(context) {
      for (const file of composeFiles) await compose(context, ['-f', file, 'up', '-d'])
    },
    logTails: async () => (await Promise.all([desktop.logTail(), native.logTail()])).join('\n'),
  }
}

/**
 * One name server on either side. Only Docker Desktop's knows the names that the incident
 * turned on; for all else both say at once that there is no such name.
 */
async function answerNames(machine: Machine, directory: string): Promise<void> {
  const names = ['host.docker.internal', 'gateway.docker.internal']
  const known = names.map((name) => `--address=/${name}/${hostAddress}`)
  const options = ['--no-daemon', '--no-resolv', '--no-hosts', '--bind-interfaces', '--pid-file']
  options.push('--user=root', '--local=/#/')
  const start = (where: Where, address: string, more: readonly string[]) =>
    machine.start(
      where,
      ['dnsmasq', ...options, `--listen-address=${address}`, ...more],
      join(directory, 'names.log'),
    )
  await start('host', hostAddress, [])
  await start('vm', vmAddress, known)
}

/** Published ports of its containers are on the host's localhost, as Docker Desktop shows them. */
async function showDesktopPorts(
  machine: Machine,
  directory: string,
  desktopSocket: string,
): Promise<void> {
  const program = [process.execPath, join(import.meta.dirname, 'desktop-ports.ts')]
  const log = join(directory, 'desktop-ports.log')
  await machine.start('host', [...program, desktopSocket, vmAddress], log)
}

/** A run that was killed has lost its processes to the kernel, but not its files. */
async function sweepLeftovers(): Promise<void> {
  for (const name of await readdir(place)) {
    if (!name.startsWith(prefix)) continue
    const directory = join(place, name)
    const owner = await readFile(join(directory, 'owner'), 'utf8').catch(() => '')
    const [pid = ''] = owner.split(' ')
    if (owner !== '' && (await birthmark(pid)) !== owner) await removeTraces(directory)
  }
}

/** Process ID and start time: together they do not come again. Empty when it is gone. */
async function birthmark(pid: number | string): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (stat === undefined) return ''
  return `${pid} ${stat.slice(stat.lastIndexOf(')')).split(' ')[20]}`
}

async function removeTraces(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  const group = directory.slice(place.length + 1)
  const root = '/sys/fs/cgroup'
  for (const controller of ['.', ...(await readdir(root))])
    await removeControlGroup(join(root, controller, group))
}

/** The files in a control group's directory are no files: only directories are removed. */
async function removeControlGroup(directory: string): Promise<void> {
  const inside = await readdir(directory, { withFileTypes: true }).catch(() => [])
  for (const entry of inside)
    if (entry.isDirectory()) await removeControlGroup(join(directory, entry.name))
  await rmdir(directory).catch(() => undefined)
}
