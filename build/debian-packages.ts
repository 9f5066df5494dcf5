import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { run } from './run.ts'

const execute = promisify(execFile)

async function isInstalled(name: string): Promise<boolean> {
  try {
    const { stdout } = await execute('dpkg-query', ['-W', '-f', '${db:Status-Status}', name])
    return stdout === 'installed'
  } catch {
    return false
  }
}

/**
 * Installs what is missing of these Debian packages.
 * Returns why that is not possible, or null when all of them are there.
 */
export async function ensurePackages(names: readonly string[]): Promise<string | null> {
  const states = await Promise.all(names.map(isInstalled))
  const missing = names.filter((_, index) => !states[index])
  if (missing.length === 0) return null
  const list = missing.join(' ')
  if (!existsSync('/usr/bin/apt-get')) return `no apt-get to install ${list}`
  if (process.getuid?.() !== 0) return `not root: apt-get install ${list}`
  console.log(`Installing ${list}`)
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' }
  await run('apt-get', ['update', '-qq'], quiet)
  const install = ['install', '-y', '-qq', '-o', 'Dpkg::Use-Pty=0', '--no-install-recommends']
  const status = await run('apt-get', [...install, ...missing], quiet)
  return status === 0 ? null : `apt-get could not install ${list}`
}
