import type { Readable } from 'node:stream'
import type { ComponentKind, Consistency, SnapshotFile } from '../../../shared/domain/snapshot.ts'

/** One thing on the way into a snapshot. Whoever takes it reads `open` to its end, or not at all. */
export type SourceItem = Pick<
  SnapshotFile,
  'path' | 'type' | 'mode' | 'uid' | 'gid' | 'mtimeSeconds' | 'sizeBytes' | 'linkTo'
> & {
  /** Present for content that is surely the same as before (same inode, size and times). */
  known?: { sha256: string }
  /** Files only. Rejects or breaks with a sentence for a person when it cannot be read. */
  open?: () => Promise<Readable> | Readable
  /** Told what was read, so that the next run may know it. */
  onRead?: (sha256: string) => void
  /** It came before and has changed while it was read: this one counts in its place. */
  again?: true
}

/**
 * How the files of a component become packs.
 * - `self-contained`: one pack with all of it, always written anew: one `tar -xf` brings it back.
 * - `whole-directories`: a pack for each top directory (Prometheus' blocks), stored once.
 * - `new-files`: packs of what the repository does not have yet.
 */
export type Packing = 'self-contained' | 'whole-directories' | 'new-files'

/** What a source holds while it is read. */
export type OpenedSource = {
  consistency: Consistency
  /** What a restore needs to know. Whole once `items` has ended: some is learned on the way. */
  facts: Readonly<Record<string, string>>
  /** In an order that does not change from run to run where that is possible. One pass only. */
  items: AsyncIterable<SourceItem>
  /** For progress; absent where it cannot be known before. */
  sizeBytes?: number
  /** What could not be read: parts of this source, said after `items` has ended. */
  gaps: () => readonly string[]
  /** Puts everything back as it was (starts what was stopped, deletes the TSDB snapshot). Always called. */
  close(): Promise<void>
}

/** One component of a snapshot. */
export interface BackupSource {
  id: string
  kind: ComponentKind
  title: string
  packing: Packing
  /** Rejects with a sentence for a person; then the component is a gap, and the rest goes on. */
  open(signal: AbortSignal): Promise<OpenedSource>
}
