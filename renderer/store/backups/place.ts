import type { BackupView, Browsed, SnapshotChange } from '../../../shared/ipc/backup-view.ts'

export const snapshotParts = ['contents', 'files', 'differences'] as const
export type SnapshotPart = (typeof snapshotParts)[number]

/** What is null has been asked for and is on its way. */
export type Browsing = {
  path: string
  entries: readonly Browsed[] | null
  problem: string | null
}
export type Comparing = {
  /** Another snapshot, or what is there now. */
  against: string | null
  changes: readonly SnapshotChange[] | null
  problem: string | null
}

/** Where the person is on the Backups page. */
export type BackupPlace =
  | { name: 'list' }
  | { name: 'schedule'; preview: readonly string[] | null }
  | {
      name: 'snapshot'
      id: string
      part: SnapshotPart
      browsing: Browsing
      comparing: Comparing
    }

export type BackupsUi = {
  /** What was last answered; `view` is null where nobody keeps backups of the stack. */
  answered: { stack: string; view: BackupView | null } | null
  place: BackupPlace
  /** The day that the list is narrowed to, as `2026-11-23` by this machine's clock. */
  day: string | null
  /** Looked into last: the keyboard goes back there. */
  last: string | null
}

export const noBackups: BackupsUi = {
  answered: null,
  place: { name: 'list' },
  day: null,
  last: null,
}
