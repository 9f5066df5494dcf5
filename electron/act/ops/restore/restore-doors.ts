import type { SnapshotReason } from '../../../../shared/domain/snapshot.ts'
import type { BackupOutcome } from '../../../backup/order.ts'
import type { Repository } from '../../../backup/repository/repository.ts'
import type { RestoreDeed } from '../../../backup/restore/restore-deed.ts'
import type { OperationSite } from '../../ops.ts'
import type { OpenHands } from '../with-engine.ts'

/** What the steps of a restore need from the outside. */
export type RestoreDoors = {
  openHands: OpenHands
  /** For reading and marking. Rejects with a sentence where there is none. */
  openRepository: (stack: string) => Promise<Repository>
  /** Takes a snapshot, in a process of its own where there is one. */
  takeSnapshot: (
    stack: string,
    wanted: { reason: SnapshotReason; note: string; pin: string; only: readonly string[] },
    signal: AbortSignal,
  ) => Promise<BackupOutcome>
  /**
   * What has to be read, unpacked or hashed whole is done apart from whoever journals. Rejects with
   * a sentence where it was not done.
   */
  workOnData: (
    stack: string,
    deed: RestoreDeed,
    site: Pick<OperationSite, 'signal' | 'remark'>,
  ) => Promise<void>
  /** What a Prometheus says of itself; rejects while it is not ready. */
  askPrometheus: (
    url: string,
    signal: AbortSignal,
  ) => Promise<{ configAccepted: boolean; configLoadedAt: number }>
}
