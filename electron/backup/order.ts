import type { ComponentKind, SnapshotReason } from '../../shared/domain/snapshot.ts'
import type { Stack } from '../../shared/domain/stack.ts'
import type { Counted, RestoreDeed } from './restore/restore-deed.ts'

/** What the backup process is asked to do. Plain values: they travel between processes. */
export type BackupOrder = {
  stack: Stack
  /** Where the stack was read from; kept with its configuration. */
  stackFile?: string
} & (
  | {
      kind: 'backup'
      reason: SnapshotReason
      note?: string
      /** Kinds, or ids of components; everything otherwise. */
      only?: readonly (ComponentKind | (string & {}))[]
      pin?: string
    }
  | { kind: 'verify'; snapshot?: string }
  | { kind: 'prune'; dryRun: boolean }
  | { kind: 'drill'; snapshot?: string; context?: string }
  | {
      kind: 'second-copy'
      check: boolean
      /** Somebody asked for a new restic repository where there is none. */
      init?: boolean
    }
  /** A part of a plan, for whoever carries that out. */
  | { kind: 'restore'; deed: RestoreDeed }
)

/** Said at most a few times in a second. */
export type BackupProgress = {
  phase: 'preparing' | 'reading' | 'verifying' | 'pruning' | 'restoring' | 'starting' | 'copying'
  /** For the person: "Prometheus data of odin/prometheus". */
  what: string
  files: number
  bytes: number
  /** Absent where it cannot be known. */
  totalBytes?: number
  startedAt: number
}

export type BackupOutcome = {
  outcome: 'done' | 'partial' | 'damaged' | 'failed' | 'cancelled'
  /** One sentence for a person. */
  sentence: string
  /** What is missing or damaged, a sentence each. */
  problems: readonly string[]
  snapshot?: string
  addedBytes?: number
  milliseconds: number
  /** Nothing was begun, because somebody else is writing to the repository: try again later. */
  busy?: true
  /** What was asked to be counted. */
  counted?: Counted
}

export type RunOrder = (
  order: BackupOrder,
  onProgress: (progress: BackupProgress) => void,
  signal: AbortSignal,
) => Promise<BackupOutcome>

const asItStands: Readonly<Record<BackupOrder['kind'], string>> = {
  backup: 'earlier snapshots are as they were',
  verify: 'the snapshots are as they were',
  prune: 'what is in the trash by now stays there for seven days',
  drill: 'the snapshots are as they were',
  'second-copy': 'the snapshots here are as they were',
  // Its plan says what can be done.
  restore: '',
}

/** A sentence about an order that has not come to its end, with how things stand then. */
export const unfinished = (what: string, kind: BackupOrder['kind']): string =>
  [what, asItStands[kind]].filter(Boolean).join('; ').concat('.')
