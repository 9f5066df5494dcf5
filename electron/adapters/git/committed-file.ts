import { sha256Of } from '../disk/content-hash.ts'
import { git } from './run-git.ts'
import { placeInTree } from './work-tree.ts'

/** A file as a commit of its work tree has it. */
export type CommittedFile = { root: string; commit: string; path: string }

/** Who changes a file more often than this has lost sight of it anyway. */
const mostCommits = 50

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
    const place = await placeInTree(file, signal)
    if (!place) return undefined
    const { root, path } = place
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
