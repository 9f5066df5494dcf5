import { type ChildProcess, spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { composeContainer } from '../../electron/demo/container-spec.ts'
import { type DemoWorld, openDemoWorld } from '../../electron/demo/demo-world.ts'
import type { WatchLine } from '../../shared/ipc/status.ts'

const project = resolve(import.meta.dirname, '../..')
export const node = join(project, 'node_modules/node/bin/node')
export const cli = join(project, 'electron/cli.ts')
/** What people start; it becomes the command line's own process. */
const command = join(project, 'build/odin-sentinel.js')

export type Watching = {
  child: ChildProcess
  pid: number
  /** The next line for which this holds, with the time it arrived at (performance.now). */
  next(holds: (line: WatchLine) => boolean): Promise<number>
  stop(): Promise<void>
}

/** Runs `watch --json` as its own process, as a user would; of the place alone, unless asked. */
export function startWatching(
  env: Readonly<Record<string, string>>,
  flags: readonly string[] = ['--no-monitoring'],
): Watching {
  const child = spawn(node, [command, 'watch', '--json', ...flags], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (!child.stdout || child.pid === undefined) throw new Error('watch did not start')
  const waiting = new Set<(line: WatchLine, at: number) => void>()
  createInterface({ input: child.stdout }).on('line', (text) => {
    const at = performance.now()
    const line = JSON.parse(text) as WatchLine
    for (const listener of [...waiting]) listener(line, at)
  })
  return {
    child,
    pid: child.pid,
    next: (holds) =>
      new Promise((resolve, reject) => {
        const limit = setTimeout(() => reject(new Error('no such line within 30 s')), 30_000)
        const listener = (line: WatchLine, at: number) => {
          if (!holds(line)) return
          clearTimeout(limit)
          waiting.delete(listener)
          resolve(at)
        }
        waiting.add(listener)
      }),
    stop: () =>
      new Promise((resolve) => {
        child.once('close', () => resolve())
        child.kill('SIGTERM')
      }),
  }
}

export const firstState = (line: WatchLine) => line.type === 'state'

/** A world whose stack has this many services, adopted, with a second context `native`. */
export async function worldOf(services: number): Promise<DemoWorld> {
  const world = await openDemoWorld()
  await world.contextCreate('native', world.native.endpoint)
  for (let i = world.desktop.containers.length; i < services; i += 1) {
    world.desktop.addContainer(
      composeContainer({
        project: 'odin',
        service: `filler-${i}`,
        image: 'prom/node-exporter:v1.5.0',
        workingDir: world.workingDir,
        composeFile: join(world.workingDir, 'docker-compose.yml'),
      }),
    )
  }
  await finish(spawn(node, [cli, 'adopt', 'odin'], { env: world.env, stdio: 'pipe' }))
  return world
}

export function finish(child: ChildProcess): Promise<void> {
  let said = ''
  child.stderr?.on('data', (chunk) => {
    said += chunk
  })
  child.stdout?.resume()
  return new Promise((resolve, reject) => {
    child.on('close', (status) =>
      status === 0 ? resolve() : reject(new Error(`${child.spawnargs.join(' ')}: ${said}`)),
    )
  })
}
