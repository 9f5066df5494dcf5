import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { startPrivateBus } from '../../support/private-bus.ts'

/** A desktop session of the test's own: an X server, a session bus that starts nothing, a home. */
export type Desktop = {
  busAddress: string
  home: string
  env: Record<string, string>
  stop(): Promise<void>
}

export async function startDesktop(): Promise<Desktop> {
  const home = await mkdtemp(join(tmpdir(), 'odin-e2e-'))
  const runtime = join(home, 'runtime')
  await mkdir(runtime, { mode: 0o700 })
  await mkdir(join(home, 'tmp'))

  const display = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  )
  const [bus, number] = await Promise.all([startPrivateBus(), firstLine(display)])

  return {
    busAddress: bus.address,
    home,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      TMPDIR: join(home, 'tmp'),
      XDG_RUNTIME_DIR: runtime,
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_STATE_HOME: join(home, 'state'),
      XDG_CACHE_HOME: join(home, 'cache'),
      XDG_SESSION_TYPE: 'x11',
      DISPLAY: `:${number}`,
      DBUS_SESSION_BUS_ADDRESS: bus.address,
      // Electron asks the system's bus for power events; there is nobody to disturb there.
      DBUS_SYSTEM_BUS_ADDRESS: bus.address,
      LANG: 'C.UTF-8',
      NO_AT_BRIDGE: '1',
    },
    async stop() {
      await Promise.all([bus.stop(), end(display)])
      await rm(home, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdio[3] as Readable })
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`${child.spawnfile} ended with ${code} before it was ready`)
  })
  const [line] = (await Promise.race([once(lines, 'line'), gone])) as [string]
  gone.catch(() => {})
  return line.trim()
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}
