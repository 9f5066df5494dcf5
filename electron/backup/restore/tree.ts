import type { Readable } from 'node:stream'
import type { SnapshotFile } from '../../../shared/domain/snapshot.ts'
import { withChecksums } from '../look/with-checksums.ts'
import type { Repository } from '../repository/repository.ts'

/** One thing below a directory; `.` is the directory itself. */
export type TreeEntry = Pick<
  SnapshotFile,
  'path' | 'type' | 'mode' | 'uid' | 'gid' | 'mtimeSeconds' | 'sizeBytes' | 'sha256' | 'linkTo'
>

/** A directory as it was once, with a way to read what its files held. */
export type Tree = {
  entries: readonly TreeEntry[]
  /** Each file once, in whatever order is the quickest; breaks where one is not what it was. */
  read(
    each: (entry: TreeEntry, content: Readable) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>
}

/** A component of a snapshot. */
export async function snapshotTree(
  repository: Repository,
  snapshot: string,
  component: string,
  signal: AbortSignal,
): Promise<Tree> {
  const { id } = await repository.find(snapshot)
  const listed = (await repository.files(id)).filter((file) => file.component === component)
  if (listed.length === 0) throw new Error(`There is no ${component} in snapshot ${id}.`)
  const files = await withChecksums(repository, listed, signal)
  return {
    entries: files,
    read: (each, signal) =>
      repository.read(
        files.filter(({ type }) => type === 'file'),
        each,
        signal,
      ),
  }
}

/** Parents before what is in them, links after what they may lead to. */
export const inOrder = (entries: readonly TreeEntry[], type: TreeEntry['type']): TreeEntry[] =>
  entries.filter((one) => one.type === type).toSorted((a, b) => (a.path < b.path ? -1 : 1))
