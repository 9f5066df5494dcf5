import {
  createRepository,
  type RepositoryOptions,
} from '../../electron/backup/repository/open-repository.ts'
import type {
  CommitFacts,
  Repository,
  RepositoryKey,
} from '../../electron/backup/repository/repository.ts'
import type { BackupSource } from '../../electron/backup/sources/source.ts'
import type { SnapshotEntry, SnapshotFile } from '../../shared/domain/snapshot.ts'

export const someFacts = (): CommitFacts => ({
  stack: 'odin',
  reason: 'manual',
  startedAt: '2026-11-23T02:15:00.000Z',
  machine: 'ada',
  engine: null,
  images: {},
  gaps: [],
  writtenBy: '0.1.0',
})

export const noSignal = () => new AbortController().signal

export const aRepository = (
  directory: string,
  key: RepositoryKey = { recipients: [] },
  options: RepositoryOptions = {},
): Promise<Repository> => createRepository(directory, key, options)

/** A whole snapshot of these sources. */
export async function backUp(
  repository: Repository,
  ...sources: readonly BackupSource[]
): Promise<SnapshotEntry> {
  const draft = await repository.begin()
  try {
    for (const source of sources) await draft.add(source, noSignal(), () => {})
    return await draft.commit(someFacts(), noSignal())
  } catch (error) {
    await draft.abandon()
    throw error
  }
}

/** Content of all files of a snapshot, by `component/path`. */
export async function contentsOf(
  repository: Repository,
  files: readonly SnapshotFile[],
): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  await repository.read(
    files,
    async (file, content) => {
      const chunks: Uint8Array[] = []
      for await (const chunk of content as AsyncIterable<Uint8Array>) chunks.push(chunk)
      found[`${file.component}/${file.path}`] = Buffer.concat(chunks).toString('latin1')
    },
    noSignal(),
  )
  return found
}
