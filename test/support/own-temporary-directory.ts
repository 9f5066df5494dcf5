import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * One temporary directory for the whole run, so that nothing which a test leaves, or which is
 * left by a test that is stopped half-way, outlives it. Its name is short: sockets lie in it,
 * and Linux gives their paths 108 bytes.
 */
export async function setup(): Promise<() => Promise<void>> {
  const before = process.env['TMPDIR']
  const directory = await mkdtemp(join(await realpath(tmpdir()), 'odin-'))
  // What a test shuts is to be the only shut door, also for a test that becomes somebody else.
  await chmod(directory, 0o755)
  process.env['TMPDIR'] = directory
  return async () => {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
    await rm(directory, { recursive: true, force: true })
  }
}
