import type { Readable } from 'node:stream'
import type {
  BrokenSnapshot,
  Manifest,
  Marks,
  SnapshotComponent,
  SnapshotEntry,
  SnapshotFile,
} from '../../../shared/domain/snapshot.ts'
import type { BackupSource } from '../sources/source.ts'

/** For progress: how much of this component, or while verifying of this pack, has been read so far. */
export type OnBytes = (read: { component: string; files: number; bytes: number }) => void

/**
 * A snapshot that is being written. Until `commit` nothing of it counts; what it wrote is
 * garbage that the next run removes.
 */
export interface SnapshotDraft {
  readonly id: string
  /** Reads a source to its end. Rejects with its failure; the draft stays usable. */
  add(
    source: BackupSource,
    signal: AbortSignal,
    onBytes: OnBytes,
  ): Promise<{
    component: SnapshotComponent
    gaps: readonly string[]
  }>
  /** Verifies what was written, then makes it a snapshot by one rename. */
  commit(facts: CommitFacts, signal: AbortSignal): Promise<SnapshotEntry>
  /** To be called whenever `commit` was not, or has failed. */
  abandon(): Promise<void>
}

/** What the manifest says beside what the draft itself knows. */
export type CommitFacts = Pick<
  Manifest,
  'stack' | 'reason' | 'note' | 'startedAt' | 'machine' | 'engine' | 'images' | 'gaps' | 'writtenBy'
>

export type MarksChange = { [Mark in keyof Marks]?: Marks[Mark] | undefined }

export type Damage = {
  snapshot: string
  /** Packs that are missing, too short, too long or not what their name says. */
  packs: readonly string[]
  /** Files of the snapshot that are lost with them, as `component/path`. */
  files: readonly string[]
  /** What is wrong with its own papers: manifest, list of files, checksums. */
  papers: readonly string[]
}

export type PruneReport = {
  /** Moved to the trash, or would be. */
  removed: readonly { id: string; reason: string }[]
  kept: readonly { id: string; reasons: readonly string[] }[]
  packs: number
  freedBytes: number
}

/**
 * A directory of immutable packs and snapshots (format D). Everything is written to `tmp/`,
 * synced, and renamed; the rename of the snapshot's directory is the only commit point.
 */
export interface Repository {
  readonly directory: string
  readonly id: string
  readonly encrypted: boolean
  /** Newest first; what cannot be read is told beside, never dropped in silence. */
  snapshots(): Promise<{ sound: readonly SnapshotEntry[]; broken: readonly BrokenSnapshot[] }>
  /** By id or by the end of it. Rejects with a sentence when it is none or more than one. */
  find(idOrEnd: string): Promise<SnapshotEntry>
  /** Without checksums where nothing but those has been lost; `read` checks them by their packs then. */
  files(id: string): Promise<readonly SnapshotFile[]>
  /** Content of files of one snapshot, pack by pack; each is checked to its last byte. */
  read(
    files: readonly SnapshotFile[],
    each: (file: SnapshotFile, content: Readable) => Promise<void>,
    signal: AbortSignal,
    /** With more than one, `each` is called again before it has come to its end. */
    packsAtOnce?: number,
  ): Promise<void>
  /** Takes the repository's lock; rejects with `RepositoryBusy` while another process has it. */
  begin(): Promise<SnapshotDraft>
  verify(id: string | 'all', signal: AbortSignal, onBytes: OnBytes): Promise<readonly Damage[]>
  /** What is given as undefined is taken off. */
  mark(id: string, change: MarksChange): Promise<void>
  /** `forget` decides; deletion goes through `trash/`, which is emptied after seven days. */
  prune(
    forget: readonly { id: string; reason: string }[],
    options: { dryRun: boolean; signal: AbortSignal },
  ): Promise<Pick<PruneReport, 'packs' | 'freedBytes'>>
  /** Free space where the repository lies, and what it takes itself. */
  space(): Promise<{ freeBytes: number; ownBytes: number }>
}

/** How a repository is opened; an identity is needed to read an encrypted one. */
export type RepositoryKey = {
  /** age recipients ("age1…") that new packs are encrypted to. */
  recipients: readonly string[]
  /** The age identity ("AGE-SECRET-KEY-1…") from the keyring. Never logged. */
  identity?: string
}

/** Another process writes to it. `message` says which. */
export class RepositoryBusy extends Error {
  constructor(sentence: string) {
    super(sentence)
    this.name = 'RepositoryBusy'
  }
}
