import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** What the suite needs from Debian: strace kills at a call, the others read without us. */
export const faultPackages = ['strace', 'zstd', 'age', 'e2fsprogs', 'restic']

type Possible = { ok: true } | { ok: false; why: string; how: string }

/** Whether this machine can be broken on purpose: strace works, and small disks can be mounted. */
export async function faultsPossible(): Promise<Possible> {
  const how = `run it as root, with ${faultPackages.join(', ')} installed`
  if (process.getuid?.() !== 0) return { ok: false, why: 'small disks are mounted by root', how }
  for (const [program, ...args] of [
    ['strace', '-f', '-e', 'inject=rename:error=ENOSPC:when=99', 'true'],
    ['zstd', '--version'],
    ['age', '--version'],
    ['restic', 'version'],
    ['mount', '--version'],
  ] as const) {
    const failed = await promisify(execFile)(program, args).then(
      () => false,
      () => true,
    )
    if (failed) return { ok: false, why: `${program} does not work here`, how }
  }
  return { ok: true }
}
