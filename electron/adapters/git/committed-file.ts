import { execFile } from 'node:child_process'
import { basename, dirname, relative } from 'node:path'
import { promisify } from 'node:util'
import { sha256Of } from '../disk/content-hash.ts'

/** A file as a commit of its work tree has it. */
export type CommittedFile = { root: string; commit: string; path: string }

/** Configuration is small; a commit that holds more under this name is not what was meant. */
const mostBytes = 16 * 1024 * 1024
/** Who changes a file more often than this has lost sight of it anyway. */
const mostCommits = 50

async function git(directory: string, args: readonly string[], signal: AbortSignal) {
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
    },
  })
  return stdout
}

/** Rejects with a sentence when the commit does not give the file. */
export async function committedFile(file: CommittedFile, signal: AbortSignal): Promise<Buffer> {
  const { root, commit, path } = file
  return git(root, ['show', `${commit}:${path}`], signal).catch((error: Error) => {
    throw new Error(`Commit ${commit.slice(0, 12)} of ${root} does not give ${path}.`, {
      cause: error,
    })
  })
}

/**
 * The newest commit in which the file held exactly this; undefined where it lies in no work
 * tree, or never held it in its last fifty changes.
 */
export async function commitWith(
  file: string,
  sha256: string,
  signal: AbortSignal,
): Promise<CommittedFile | undefined> {
  try {
    const found = await git(
      dirname(file),
      ['rev-parse', '--show-toplevel', '--show-prefix'],
      signal,
    )
    const [root = '', prefix = ''] = found.toString('utf8').split('\n')
    const path = relative('', `${prefix}${basename(file)}`)
    const args = ['rev-list', `--max-count=${mostCommits}`, 'HEAD', '--', path]
    const commits = (await git(root, args, signal)).toString('utf8').split('\n').filter(Boolean)
    for (const commit of commits) {
      const content = await git(root, ['show', `${commit}:${path}`], signal).catch(() => undefined)
      if (content && sha256Of(content) === sha256) {
        return { root, commit, path }
      }
    }
  } catch {
    // No git here, or no work tree: then there is nothing to offer.
  }
  return undefined
}
