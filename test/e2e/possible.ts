import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { findElectron } from '../../build/electron-runtime.ts'

/** What the suite needs from Debian, libraries of Electron among it. */
export const e2ePackages = [
  'xvfb',
  'dbus',
  'libgtk-3-0',
  'libnss3',
  'libasound2',
  'libgbm1',
  'libxss1',
  'libnotify4',
]

export type Possible = { ok: true } | { ok: false; why: string; how: string }

/** Whether real windows can be tested on this machine; looks, and installs nothing but Electron. */
export async function e2ePossible(): Promise<Possible> {
  const how = `apt-get install --no-install-recommends ${e2ePackages.join(' ')}`
  if (process.platform !== 'linux') {
    return { ok: false, why: 'the suite speaks to a Linux desktop', how: 'run it on Linux' }
  }
  for (const program of ['Xvfb', 'dbus-daemon']) {
    if (!onPath(program)) return { ok: false, why: `${program} is missing`, how }
  }
  const found = await findElectron({ forTests: true })
  if ('problem' in found) {
    return { ok: false, why: found.problem, how: 'set ELECTRON_OVERRIDE_DIST_PATH' }
  }
  const missing = missingLibraries(found.path)
  if (missing.length > 0) return { ok: false, why: `Electron misses ${missing.join(', ')}`, how }
  return { ok: true }
}

function onPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function missingLibraries(binary: string): string[] {
  const listed = execFileSync('ldd', [binary], { encoding: 'utf8' })
  return [...listed.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name ?? '')
}
