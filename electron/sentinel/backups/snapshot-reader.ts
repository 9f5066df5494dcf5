import type { Browsed, SnapshotChange } from '../../../shared/ipc/backup-view.ts'
import type { BackupOrder } from '../../backup/order.ts'
import type { Repository } from '../../backup/repository/repository.ts'

/** Looks into snapshots. Rejects with a sentence where something is not there. */
export interface SnapshotReader {
  browse(repository: Repository, snapshot: string, path: string): Promise<Browsed[]>
  /** Against another snapshot, or with null against what is there now. */
  diff(
    repository: Repository,
    order: Pick<BackupOrder, 'stack' | 'stackFile'>,
    snapshot: string,
    against: string | null,
  ): Promise<SnapshotChange[]>
}
