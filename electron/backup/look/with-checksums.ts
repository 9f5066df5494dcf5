import type { SnapshotFile } from '../../../shared/domain/snapshot.ts'
import { hashContent } from '../hash-content.ts'
import type { Repository } from '../repository/repository.ts'

/**
 * Where a snapshot has lost its checksums, files are read for theirs: what is put back is compared
 * by them. Rejects where one of them is damaged.
 */
export async function withChecksums(
  repository: Pick<Repository, 'read'>,
  files: readonly SnapshotFile[],
  signal: AbortSignal,
): Promise<SnapshotFile[]> {
  const unknown = files.filter(({ type, sha256 }) => type === 'file' && sha256 === undefined)
  if (unknown.length === 0) return [...files]
  const found = new Map<SnapshotFile, string>()
  await repository.read(
    unknown,
    async (file, content) => void found.set(file, await hashContent(content)),
    signal,
  )
  return files.map((file) => {
    const sha256 = found.get(file)
    return sha256 === undefined ? file : { ...file, sha256 }
  })
}
