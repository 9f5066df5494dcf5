import { access, readFile } from 'node:fs/promises'
import { run } from './run.ts'
import { labIsCached } from './set-up.ts'

export type Possible = { ok: true } | { ok: false; why: string; how: string }

const no = (why: string, how: string): Possible => ({ ok: false, why, how })

/** Whether this machine can carry the lab; if not, one sentence why and one how to get it. */
export async function labPossible(): Promise<Possible> {
  if (process.platform !== 'linux')
    return no('the lab runs real Linux engines', 'run it in a Debian 12 virtual machine')
  if (process.getuid?.() !== 0)
    return no(
      'the lab starts two Docker engines and needs root',
      'run it as root (sudo -E npm test)',
    )
  const spaces = ['--mount', '--net', '--pid', '--uts', '--fork', 'true']
  if ((await run('unshare', spaces, { anyExitCode: true }).catch(() => undefined))?.code !== 0)
    return no(
      'the kernel does not let this user make namespaces',
      'run it on a machine or in a privileged container',
    )
  if (!(await readFile('/proc/filesystems', 'utf8')).includes('overlay'))
    return no('the kernel has no overlay file system', 'modprobe overlay')
  if (await labIsCached()) return { ok: true }
  for (const tool of ['/usr/bin/apt-get', '/usr/bin/dpkg']) {
    const missing = await access(tool).then(
      () => false,
      () => true,
    )
    if (missing)
      return no(`${tool} is not here, the lab is made of Debian packages`, 'run it on Debian 12')
  }
  return { ok: true }
}
