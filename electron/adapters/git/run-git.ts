import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Configuration is small; a commit that holds more under a name is not what was meant. */
const mostBytes = 16 * 1024 * 1024

/** What git prints in this directory. Rejects where there is no git, or it does not end well. */
export async function git(
  directory: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<Buffer> {
  const { stdout } = await promisify(execFile)('git', ['-C', directory, ...args], {
    encoding: 'buffer',
    maxBuffer: mostBytes,
    signal,
    // A work tree may belong to somebody else: its hooks and pagers are nothing to us.
    // Names are names: one with a star in it stands for nothing else.
    env: {
      ...process.env,
      GIT_OPTIONAL_LOCKS: '0',
      GIT_PAGER: 'cat',
      GIT_LITERAL_PATHSPECS: '1',
      // Of whoever started us: they would lead to another work tree.
      GIT_DIR: undefined,
      GIT_WORK_TREE: undefined,
      GIT_INDEX_FILE: undefined,
    },
  })
  return stdout
}
