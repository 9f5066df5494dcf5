import { stat } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { sha256Of } from '../disk/content-hash.ts'
import { git } from './run-git.ts'

/** Where a file lies in the work tree that it belongs to. */
export type PlaceInTree = { root: string; path: string }

export type Commit = { id: string; subject: string }

/** Whoever changes files more often than this has lost sight of them anyway. */
const mostCommits = 50

/** Undefined where there is no work tree, or no git. The file itself may be gone. */
export async function placeInTree(
  file: string,
  signal: AbortSignal,
): Promise<PlaceInTree | undefined> {
  const directory = await nearestDirectory(dirname(file))
  try {
    const args = ['rev-parse', '--show-toplevel', '--show-prefix']
    const [root = '', prefix = ''] = (await git(directory, args, signal)).toString().split('\n')
    if (root === '') return undefined
    return { root, path: join(prefix, relative(directory, dirname(file)), basename(file)) }
  } catch {
    return undefined
  }
}

async function nearestDirectory(path: string): Promise<string> {
  const isThere = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
  return isThere || dirname(path) === path ? path : nearestDirectory(dirname(path))
}

/** By its name as git takes it: an ID, the beginning of one, a branch, a tag. */
export async function commitNamed(
  root: string,
  name: string,
  signal: AbortSignal,
): Promise<Commit | undefined> {
  // What begins with a dash would be taken for an option.
  if (name.startsWith('-')) return undefined
  return newest(root, ['--no-walk', `${name}^{commit}`], signal)
}

/**
 * The newest commit in which all of these files are as they were accepted; where there is none,
 * the newest one from before they were (epoch milliseconds). Undefined where there is neither.
 */
export async function lastGoodCommit(
  root: string,
  accepted: readonly { path: string; sha256: string }[],
  acceptedAt: number,
  signal: AbortSignal,
): Promise<Commit | undefined> {
  const paths = accepted.map(({ path }) => path)
  const args = ['rev-list', `--max-count=${mostCommits}`, 'HEAD', '--', ...paths]
  const listed = await git(root, args, signal).catch(() => Buffer.alloc(0))
  const hashes = new Map<string, string>()
  for (const id of listed.toString().split('\n').filter(Boolean)) {
    const held = await hashesIn(root, id, paths, hashes, signal)
    if (accepted.every(({ path, sha256 }) => held.get(path) === sha256)) {
      return newest(root, ['--no-walk', id], signal)
    }
  }
  return newest(root, [`--before=@${Math.floor(acceptedAt / 1000)}`, 'HEAD'], signal)
}

/** What a commit holds at this path; undefined where that is no file. */
export async function fileInCommit(
  root: string,
  commit: string,
  path: string,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  const blob = (await blobsIn(root, commit, [path], signal)).get(path)
  return blob === undefined ? undefined : git(root, ['cat-file', 'blob', blob], signal)
}

/** SHA-256 by path. `known` remembers them by blob: most commits leave most files alone. */
async function hashesIn(
  root: string,
  commit: string,
  paths: readonly string[],
  known: Map<string, string>,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const held = new Map<string, string>()
  for (const [path, blob] of await blobsIn(root, commit, paths, signal)) {
    const sha256 = known.get(blob) ?? sha256Of(await git(root, ['cat-file', 'blob', blob], signal))
    known.set(blob, sha256)
    held.set(path, sha256)
  }
  return held
}

/** Links and submodules are left out. */
async function blobsIn(
  root: string,
  commit: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const tree = await git(root, ['ls-tree', '-z', '--full-tree', commit, '--', ...paths], signal)
  const blobs = tree
    .toString()
    .split('\0')
    .flatMap((line): [string, string][] => {
      const [, blob, path] = /^100\d+ blob ([0-9a-f]+)\t(.*)$/s.exec(line) ?? []
      return blob !== undefined && path !== undefined ? [[path, blob]] : []
    })
  return new Map(blobs)
}

async function newest(
  root: string,
  which: readonly string[],
  signal: AbortSignal,
): Promise<Commit | undefined> {
  try {
    const args = ['log', '--no-show-signature', '--max-count=1', '--format=%H%n%s', ...which, '--']
    const [id = '', subject = ''] = (await git(root, args, signal)).toString().split('\n')
    return id === '' ? undefined : { id, subject }
  } catch {
    return undefined
  }
}
