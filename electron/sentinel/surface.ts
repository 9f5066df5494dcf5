import type { Intent } from '../../shared/domain/intent.ts'
import type { ObservedState } from '../../shared/domain/observed-state.ts'
import type { Stack } from '../../shared/domain/stack.ts'
import type {
  BackupPlan,
  BackupRun,
  BackupView,
  Browsed,
  SnapshotChange,
} from '../../shared/ipc/backup-view.ts'
import type {
  Mirror,
  OpenOperationView,
  OperationView,
  PlanProposal,
  UndoableView,
} from '../../shared/ipc/contract.ts'
import type { FileChanges, FileDifference } from '../../shared/ipc/file-changes.ts'
import type { MonitoringView } from '../../shared/ipc/monitoring-view.ts'
import type { Simulation } from '../../shared/ipc/simulation-view.ts'
import type { IncidentView, TimelineEntry, WatchLine } from '../../shared/ipc/status.ts'

/** What happened to an incident; enough to decide whether to disturb somebody. */
export type IncidentChange = {
  stack: string
  incident: IncidentView
  /** `withdrawn`: it goes on as part of another incident, or its stack is not guarded any more. */
  change: 'opened' | 'worsened' | 'updated' | 'resolved' | 'withdrawn'
}

/** What to learn a stack from. What is left out is chosen, and the choice explained. */
export type AdoptionWish = {
  /** Compose projects that make up the stack. */
  projects?: readonly string[]
  name?: string
  /** Learn from this context's engine instead of the current one's. */
  context?: string
  /** Where to write; the stack's usual file otherwise. */
  file?: string
  /** Only learn; write nothing. */
  dryRun?: boolean
}

export type Adoption = {
  stack: Stack
  file: string
  /** The text that was, or would be, written. */
  text: string
  /** Why these projects, from this engine. */
  why: string
  /** Where the file that was there before is kept. */
  keptCopy?: string
}

/**
 * All that tray, window, notifier and command line may ask of the loop. Listeners get
 * the value after it has changed; each subscription returns what ends it.
 */
export interface Sentinel {
  /** Resolves with the first whole verdict: every engine answered, or did not in time. */
  start(): Promise<void>
  stop(): Promise<void>
  /** The machine has slept: what was seen before is old. Resolves after a look at everything. */
  lookAgain(): Promise<void>
  mirror(): Mirror
  observed(): ObservedState
  /** What is right for the stack of this name; undefined where none is guarded. */
  stackInForce(name: string): Stack | undefined
  /** Everything that is seen of a stack beyond its containers; null while nobody looks. */
  monitoring(stack: string): MonitoringView | null
  /** What is there now is what is right: files, images, compose configuration, jobs. */
  acceptBaseline(stack: string): Promise<void>
  /** What differs in a watched file or directory from what was accepted, secrets masked. */
  changes(stack: string, path: string): Promise<FileChanges>
  /** The account in Markdown of what happened from then (ISO 8601) on. */
  report(since: string): Promise<string>
  /** What is remembered from then (ISO 8601) on, oldest first. */
  timeline(since: string): TimelineEntry[]
  onMirror(listener: (mirror: Mirror) => void): () => void
  onIncident(listener: (change: IncidentChange) => void): () => void
  /** The lines of `watch --json`, as objects. */
  onLine(listener: (line: WatchLine) => void): () => void
  propose(stack: string, intent: Intent): Promise<PlanProposal>
  /** What a plan that was shown would do to these of the files that it puts back. */
  differences(hash: string, files: readonly string[]): Promise<FileDifference[]>
  /** What would break if the stack ran on this context's engine. Changes nothing. */
  simulate(stack: string, context: string): Promise<Simulation>
  /** Carries out the proposed plan with this hash. Rejects when it is not known any more. */
  execute(hash: string): Promise<OperationView>
  /** Stops the running operation after the step it is in; its plan says what comes then. */
  cancel(): void
  /** Operations that stopped before their end, also those of processes that were killed. */
  openOperations(): Promise<OpenOperationView[]>
  /** Everything that was ever carried out and is still on record, newest first. */
  pastOperations(): Promise<OperationView[]>
  /** Restores that can still be undone, newest first. */
  undoable(): Promise<UndoableView[]>
  /** Goes on with one, undoes it, or leaves it as it is. Rejects while another one is running. */
  settle(id: string, direction: SettleDirection): Promise<OperationView>
  snooze(incident: string, until: '1h' | 'tomorrow' | 'off'): Promise<void>
  /** "I am moving" for so many hours; 0 ends it. */
  moveOnPurpose(hours: number): Promise<void>
  cancelCountdown(): void
  adopt(wish?: AdoptionWish): Promise<Adoption>
  setTrayHost(trayHost: Mirror['trayHost']): void
  /** Absent where nobody keeps backups: in the demo, and for a single look. */
  readonly backups?: Backups
}

export type SettleDirection = OpenOperationView['ways'][number]

export type BackupWish = { kind: BackupRun['kind']; snapshot?: string; only?: readonly string[] }

/** What may be asked of the backups. All of it rejects with a sentence for a person. */
export interface Backups {
  /** null where no stack of this name is in force. */
  view(stack: string): Promise<BackupView | null>
  /** Resolves when the work has begun; the mirror tells how it goes. */
  start(stack: string, wish: BackupWish): Promise<void>
  /** Ends the work that goes on; what it wrote until then costs nothing. */
  cancel(): void
  /** Writes schedule and retention into the stack file; a copy of the one before is kept. */
  setPlan(stack: string, plan: BackupPlan): Promise<void>
  previewPrune(stack: string): Promise<string[]>
  browse(stack: string, snapshot: string, path: string): Promise<Browsed[]>
  diff(stack: string, snapshot: string, against: string | null): Promise<SnapshotChange[]>
  pin(stack: string, snapshot: string, why: string | null): Promise<void>
}
