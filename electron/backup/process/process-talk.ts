import type { BackupOrder, BackupOutcome, BackupProgress } from '../order.ts'

// What the backup process and whoever started it say to each other.

/** Handed over the channel, never in arguments or the environment. */
export type BackupSecrets = {
  /** The age identity that reads an encrypted repository. */
  identity?: string
  grafanaToken?: string
  /** Of the restic repository with the second copy. */
  secondCopyPassword?: string
  /** What its backend asks for, as KEY=VALUE lines. */
  secondCopyAccess?: string
}

export type ToBackup =
  | { type: 'order'; order: BackupOrder; secrets: BackupSecrets; version: string }
  | { type: 'cancel' }

export type FromBackup =
  | { type: 'progress'; progress: BackupProgress }
  | { type: 'outcome'; outcome: BackupOutcome }

/** A backup process that has been started. It ends itself when its channel closes. */
export interface BackupChild {
  post(message: ToBackup): void
  onMessage(listener: (message: FromBackup) => void): void
  /** Called once; `why` is for a person: "exit code 1", "SIGKILL", "Error: …". */
  onExit(listener: (why: string) => void): void
  kill(): void
}

/** Starts a backup process. */
export type BackupDoor = () => BackupChild
