import type { SnapshotChange } from '../../../shared/ipc/backup-view.ts'
import { presentSide, snapshotChanges, snapshotSide } from '../look/snapshot-changes.ts'
import type { BackupOrder } from '../order.ts'
import type { Repository } from '../repository/repository.ts'
import type { Gather } from './gathered.ts'

/** What a person wrote and what surrounds it: small enough to be read just to be compared. */
const compared = new Set(['configuration', 'machine'])

/** From one snapshot to another; with null, from it to what is there now. */
export async function compareSnapshot(
  repository: Repository,
  from: string,
  to: string | null,
  order: Pick<BackupOrder, 'stack' | 'stackFile'>,
  gather: Gather,
  signal: AbortSignal,
): Promise<SnapshotChange[]> {
  const before = await snapshotSide(repository, (await repository.find(from)).id)
  if (to !== null) {
    const after = await snapshotSide(repository, (await repository.find(to)).id)
    return snapshotChanges(before, after, signal)
  }
  const gathered = await gather(order, signal)
  try {
    const sources = gathered.sources.filter(({ kind }) => compared.has(kind))
    return await snapshotChanges(before, await presentSide(sources, signal), signal)
  } finally {
    await gathered.close(false)
  }
}
