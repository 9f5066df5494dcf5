import type { SnapshotFile } from '../../../shared/domain/snapshot.ts'
import { configurationId, hostPathOf } from '../../../shared/plan/restore/selection.ts'
import type { Repository } from '../../backup/repository/repository.ts'

/** A file of this machine, as a snapshot lists it; undefined for what is no file in it. */
export const snapshotFileAt = (
  listed: readonly SnapshotFile[],
  file: string,
): SnapshotFile | undefined =>
  listed.find(
    (one) => one.component === configurationId && one.type === 'file' && hostPathOf(one) === file,
  )

/** Its content, checked to the last byte. Rejects with a sentence. */
export async function contentIn(
  repository: Repository,
  file: SnapshotFile,
  signal: AbortSignal,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  const each = async (_: unknown, content: AsyncIterable<Buffer>) => {
    for await (const chunk of content) chunks.push(chunk)
  }
  await repository.read([file], each, signal)
  return Buffer.concat(chunks)
}
