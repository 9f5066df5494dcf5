import { shortId } from '../../../shared/domain/short-id.ts'
import type { Stack } from '../../../shared/domain/stack.ts'
import { err, ok, type Result } from '../../../shared/kit/result.ts'
import { sentenceOf } from '../../../shared/kit/sentence-of.ts'
import type { Refusal } from '../../../shared/plan/plan.ts'
import type { FileSource } from '../../../shared/plan/steps/file-steps.ts'
import { newestWhole, snapshotsOf } from '../../../shared/plan/whole-snapshot.ts'
import { sha256Of } from '../../adapters/disk/content-hash.ts'
import { commitWith } from '../../adapters/git/committed-file.ts'
import {
  type Commit,
  commitNamed,
  fileInCommit,
  lastGoodCommit,
} from '../../adapters/git/work-tree.ts'
import type { Repository } from '../../backup/repository/repository.ts'
import type { AcceptedContents } from '../changes/accepted-contents.ts'
import { type DriftedOf, treesOf, withinMs } from './git-trees.ts'
import { contentIn, snapshotFileAt } from './snapshot-file.ts'

/** What a file is to hold, or a sentence that says why it stays as it is. */
export type FoundContent = { source: FileSource; sha256: string; mode?: number } | { stays: string }

export type FoundContents = ReadonlyMap<string, FoundContent>

type FileSourcesParts = {
  contents: AcceptedContents
  /** Undefined where nobody has made one. */
  openRepository: (stack: Stack) => Promise<Repository | undefined>
}

/** Finds the content of drifted files where somebody wants it from. Changes nothing. */
export type FilesFrom = (
  stack: Stack,
  asked: string | undefined,
  drifted: DriftedOf,
) => Promise<Result<FoundContents, Refusal<string>>>

/**
 * `accepted`, `git`, `git:COMMIT`, `latest`, or a snapshot by the end of its name. A source that
 * lacks a file is not replaced by another one: that is said instead.
 */
export function filesFrom({ contents, openRepository }: FileSourcesParts): FilesFrom {
  return async (stack, asked = 'accepted', drifted) => {
    if (drifted.files.length === 0) return ok(new Map())
    if (asked === 'accepted') return ok(await asAccepted(contents, drifted))
    if (asked === 'git') return fromGit(drifted, undefined)
    if (asked.startsWith('git:')) return fromGit(drifted, asked.slice('git:'.length).trim())
    return fromSnapshot(await openRepository(stack), stack, asked, drifted)
  }
}

/** The nearest place that still has a file as it was accepted: our own copy, else a commit. */
async function asAccepted(
  contents: AcceptedContents,
  { files }: DriftedOf,
): Promise<FoundContents> {
  const found = new Map<string, FoundContent>()
  for (const { file, sha256, mode } of files) {
    const like = mode === undefined ? {} : { mode }
    if (await contents.of(sha256)) {
      found.set(file, { source: { from: 'baseline' }, sha256, ...like })
      continue
    }
    const commit = await commitWith(file, sha256, AbortSignal.timeout(withinMs))
    found.set(
      file,
      commit
        ? { source: { from: 'git', ...commit }, sha256, ...like }
        : { stays: `${file} is not what was accepted, and what it held then was not kept.` },
    )
  }
  return found
}

async function fromGit(
  drifted: DriftedOf,
  name: string | undefined,
): Promise<Result<FoundContents, Refusal<string>>> {
  const signal = AbortSignal.timeout(withinMs)
  const found = new Map<string, FoundContent>()
  const { trees, outside } = await treesOf(drifted.files, signal)
  for (const file of outside) {
    found.set(file, { stays: `${file} lies in no git work tree, so it stays as it is.` })
  }
  const commits: Commit[] = []
  for (const [root, places] of trees) {
    const commit =
      name === undefined
        ? await lastGoodCommit(root, places, drifted.acceptedAt, signal)
        : await commitNamed(root, name, signal)
    if (commit) commits.push(commit)
    for (const { file, path, mode } of places) {
      if (!commit) {
        const which = name === undefined ? 'from before it was accepted' : `named ${name}`
        found.set(file, { stays: `${root} has no commit ${which}, so ${file} stays as it is.` })
        continue
      }
      const bytes = await fileInCommit(root, commit.id, path, signal)
      found.set(
        file,
        bytes
          ? {
              source: { from: 'git', root, commit: commit.id, path },
              sha256: sha256Of(bytes),
              // A commit knows of none but who may run it.
              ...(mode !== undefined && { mode }),
            }
          : { stays: `${file} is not in commit ${commit.id.slice(0, 12)}, so it stays as it is.` },
      )
    }
  }
  if (commits.length > 0) return ok(found)
  if (trees.size === 0)
    return notThere('COMMIT_MISSING', 'No drifted file lies in a git work tree.')
  const roots = [...trees.keys()].join(', ')
  const which = name === undefined ? 'from before the files were accepted' : `named ${name}`
  return notThere('COMMIT_MISSING', `There is no commit ${which} in ${roots}.`)
}

async function fromSnapshot(
  repository: Repository | undefined,
  stack: Stack,
  asked: string,
  { files }: DriftedOf,
): Promise<Result<FoundContents, Refusal<string>>> {
  if (!repository)
    return notThere('SNAPSHOT_MISSING', `There are no snapshots of ${stack.name} yet.`)
  const entry = await foundIn(repository, asked, stack.name)
  if (typeof entry === 'string') return notThere('SNAPSHOT_MISSING', entry)
  const listed = await repository.files(entry.id).catch(sentenceOf)
  if (typeof listed === 'string') return notThere('SNAPSHOT_MISSING', listed)
  const found = new Map<string, FoundContent>()
  const named = `snapshot ${shortId(entry.id)}`
  for (const { file } of files) {
    const held = snapshotFileAt(listed, file)
    if (!held) {
      found.set(file, { stays: `${file} is not in ${named}, so it stays as it is.` })
      continue
    }
    try {
      const bytes = await contentIn(repository, held, AbortSignal.timeout(withinMs))
      const { component, path, mode } = held
      const from = { repository: repository.directory, snapshot: entry.id, component, path }
      found.set(file, { source: { from: 'snapshot', ...from }, sha256: sha256Of(bytes), mode })
    } catch (error) {
      found.set(file, {
        stays: `${file} cannot be had from ${named}, so it stays as it is: ${sentenceOf(error)}`,
      })
    }
  }
  return ok(found)
}

async function foundIn(repository: Repository, asked: string, stack: string) {
  if (asked === 'latest') {
    const newest = newestWhole((await repository.snapshots()).sound, stack)
    return newest ?? `No whole snapshot of ${stack} was found right when it was last read.`
  }
  try {
    const entry = await repository.find(asked)
    const [own] = snapshotsOf([entry], stack)
    return (
      own ?? `Snapshot ${shortId(entry.id)} is one of ${entry.manifest.stack}, not of ${stack}.`
    )
  } catch (error) {
    return sentenceOf(error)
  }
}

const notThere = (code: string, sentence: string) =>
  err<Refusal<string>>({
    code,
    sentence,
    nextStep: 'Choose another place that the configuration comes from, or take what was accepted.',
    offer: { intent: { kind: 'recover' }, label: 'Take what was accepted' },
  })
