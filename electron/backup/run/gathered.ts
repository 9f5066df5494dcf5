import type { ComponentKind, Manifest, SnapshotGap } from '../../../shared/domain/snapshot.ts'
import type { BackupOrder } from '../order.ts'
import type { BackupSource } from '../sources/source.ts'

/** Everything that belongs into a snapshot, ready to be read. */
export type Gathered = {
  sources: readonly BackupSource[]
  engine: Manifest['engine']
  /** To be asked when everything has been read. */
  images: () => Promise<Manifest['images']>
  /** What belongs into it and cannot be read at all: most often because no engine answers. */
  gaps: readonly SnapshotGap[]
  /** Lets go of engines; told whether what was read is in a snapshot now. */
  close(committed: boolean): Promise<void>
}

/** Kinds, or ids of components. */
export type Only = readonly (ComponentKind | (string & {}))[]

/** Looks at the stack's home and this machine. Rejects only when it is aborted. */
export type Gather = (
  order: Pick<BackupOrder, 'stack' | 'stackFile'>,
  signal: AbortSignal,
) => Promise<Gathered>

/** Whether a component is wanted; `prometheus` means the kind, `prometheus:odin/a` the one. */
export const isWanted = (
  only: Only | undefined,
  one: { id: string; kind?: ComponentKind },
): boolean =>
  only === undefined ||
  only.includes(one.id) ||
  only.includes(one.kind ?? one.id.slice(0, `${one.id}:`.indexOf(':')))
