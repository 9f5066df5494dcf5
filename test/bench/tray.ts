import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { findElectron } from '../../build/electron-runtime.ts'
import { bundleApp } from '../e2e/app.ts'
import { type Desktop, end, startDesktop } from '../e2e/desktop/desktop.ts'
import { TrayWatcher } from '../e2e/desktop/tray-watcher.ts'
import { eventually } from '../e2e/eventually.ts'
import { e2ePossible } from '../e2e/possible.ts'
import { familyOf, pssMiB } from './process-cost.ts'
import type { Measured } from './report.ts'
import { worldOf } from './watching.ts'

const settleSeconds = 10
const services = 14
const root = join(import.meta.dirname, '../..')

/** The least that a tray app can be: what Electron itself costs. */
const bareMain = `const { app, Tray } = require('electron')
app.disableHardwareAcceleration()
app.whenReady().then(() => {
  globalThis.tray = new Tray(${JSON.stringify(join(root, 'assets/tray/ok.png'))})
  tray.setToolTip('bare')
})
`

async function bareApp(desktop: Desktop): Promise<string> {
  const directory = join(desktop.home, 'bare')
  await mkdir(directory)
  await writeFile(join(directory, 'package.json'), '{ "name": "bare", "main": "main.cjs" }')
  await writeFile(join(directory, 'main.cjs'), bareMain)
  return directory
}

type Started = { app: string; args: string[]; env: Record<string, string>; says: RegExp }

/** The whole process tree, some time after its tray icon says what it is to say. */
async function memoryOf(prepare: (desktop: Desktop) => Promise<Started>): Promise<number> {
  const electron = await findElectron({ forTests: true, say: () => {} })
  if ('problem' in electron) throw new Error(electron.problem)
  const desktop = await startDesktop()
  const tray = await TrayWatcher.start(desktop.busAddress)
  const { app, args, env, says } = await prepare(desktop)
  const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const child = spawn(electron.path, [app, ...flags, ...args], {
    env: { ...desktop.env, ...env },
    stdio: 'ignore',
  })
  try {
    await eventually(
      `the tray of ${app} says ${says}`,
      async () => says.test(await tray.tooltip()) || undefined,
      30_000,
    )
    await pause(settleSeconds * 1000)
    const each = await Promise.all((await familyOf(child.pid ?? 0)).map(pssMiB))
    return each.reduce((sum, one) => sum + one, 0)
  } finally {
    await end(child)
    await tray.stop()
    await desktop.stop()
  }
}

/** What the app costs in the tray, no window open, beside an Electron with nothing but a tray. */
export async function measureTray(): Promise<Measured[]> {
  const possible = await e2ePossible()
  if (!possible.ok) {
    console.log(`tray is not measured: ${possible.why}. ${possible.how}`)
    return []
  }
  const app = await bundleApp('real')
  const world = await worldOf(services)
  try {
    // One after the other: two Electrons at once would share their binary, and seem smaller.
    const bare = await memoryOf(async (desktop) => ({
      app: await bareApp(desktop),
      args: [],
      env: {},
      says: /^bare$/,
    }))
    const ours = await memoryOf(async () => ({
      app,
      args: ['--hidden'],
      env: { ...world.env },
      // Its first verdict, whatever it is: nobody answers for the monitoring of this world.
      says: /^(?!Odin Sentinel has not looked yet)./,
    }))
    return [
      {
        what: 'memory in the tray (PSS), no window',
        ours,
        unit: 'MiB',
        beside: { what: 'a bare Electron tray', value: bare },
        claim: { atMost: 1.3, of: 'ratio' },
      },
    ]
  } finally {
    await world.close()
  }
}
