import { type ChildProcess, spawn } from 'node:child_process'
import { access } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { setUp } from './set-up.ts'

export type RealProgram = {
  url: string
  /** Sends a signal, for example SIGHUP for a reload. */
  signal(name: NodeJS.Signals): void
  stop(): Promise<void>
}

/** Runs one of the lab's programs on this machine, without a container, until it is ready. */
export async function realProgram(
  program: string,
  port: number,
  args: readonly string[],
  cwd: string,
): Promise<RealProgram> {
  const path = await pathOf(program)
  // Debian's Alertmanager reads its templates from /usr/share, where they are not installed.
  const share = join(path, '../../share')
  const enter = 'mount --bind "$0" /usr/share && exec "$@"'
  const child = spawn('unshare', ['--mount', 'sh', '-c', enter, share, path, ...args], {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000)
  })
  const url = `http://127.0.0.1:${port}`
  while (!(await isReady(url))) {
    if (child.exitCode !== null) throw new Error(`${program} ended: ${said}`)
    await pause(100)
  }
  return {
    url,
    signal: (name) => child.kill(name),
    stop: () => ended(child),
  }
}

async function pathOf(program: string): Promise<string> {
  for (const directory of (await setUp()).programs) {
    const path = join(directory, program)
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path
  }
  throw new Error(`the lab has no ${program}`)
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/-/ready`).then(
    async (response) => {
      await response.text()
      return response.ok
    },
    () => false,
  )

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}

/** A port of loopback that nobody held a moment ago. */
export function aFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}
