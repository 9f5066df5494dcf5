import type {
  SnapshotComponent,
  SnapshotEntry,
  SnapshotFile,
} from '../../../shared/domain/snapshot.ts'
import type { EngineHands } from '../../adapters/docker/hands/engine-hands.ts'
import type { ScratchHands } from '../../adapters/docker/scratch/scratch-hands.ts'
import type { Repository } from '../repository/repository.ts'
import type { OrderSite } from '../run/site.ts'
import type { EngineNoted } from '../sources/engine/pending-cleanups.ts'

/** The engine that a drill is held on; home, or another one. */
export type DrillEngine = {
  hands: EngineHands
  scratch: ScratchHands
  noted: EngineNoted
  close(): void
}

/** What every proof of a drill is given. */
export type DrillSite = Pick<OrderSite, 'say' | 'signal'> & {
  /** On everything that is made for it. */
  id: string
  repository: Repository
  entry: SnapshotEntry
  files: readonly SnapshotFile[]
  engine: DrillEngine
  /** Of this user alone, gone with the drill. */
  directory: string
  /** Tells how much has been read. */
  onRead: (bytes: number) => void
}

/** What came of looking at one part of a snapshot. */
export type Proof = {
  /** Without a full stop, to be joined: "Prometheus answered after 12 s with 14 jobs". */
  held: readonly string[]
  /** What did not hold, a sentence each. */
  broken: readonly string[]
  /** What nobody could look at, a sentence each. */
  unproven: readonly string[]
}

export const proof = (found: Partial<Proof>): Proof => ({
  held: [],
  broken: [],
  unproven: [],
  ...found,
})

export const filesOf = (
  { files }: Pick<DrillSite, 'files'>,
  { id }: Pick<SnapshotComponent, 'id'>,
): SnapshotFile[] => files.filter(({ component }) => component === id)
