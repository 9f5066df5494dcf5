import type { Intent } from '../../domain/intent.ts'
import type { ObservedState } from '../../domain/observed-state.ts'
import type { Manifest } from '../../domain/snapshot.ts'
import type { Stack } from '../../domain/stack.ts'
import type { FileCounts } from '../steps/restore-steps.ts'
import type { DashboardSight, MadeDashboard } from './dashboard-parts.ts'
import type { Selection, ServiceName } from './selection.ts'

export type RestoreIntent = Extract<Intent, { kind: 'restore' | 'undo-restore' }>

/** What is there now of what a restore would write. */
export type Present = {
  /** SHA-256 of what each wanted file holds now, by its path; null where there is none. */
  hashes: ReadonlyMap<string, string | null>
  /** Volumes that are there, with everybody who runs and has them mounted. */
  volumes: ReadonlyMap<string, PresentVolume>
  /** What would change, by component; absent where there was no time to look. */
  counts: ReadonlyMap<string, { counts: FileCounts; bytes: number; wanted: number }>
  /** Whether the free space of the engine's disk can be seen from here. */
  isRoomKnown?: boolean
  /** One for each dashboard that is wanted. */
  dashboards?: readonly DashboardSight[]
}
export type PresentVolume = {
  driver: string
  options: Readonly<Record<string, string>>
  labels: Readonly<Record<string, string>>
  activeUsers: readonly (ServiceName & { name: string })[]
}

export type RestoreMatter = {
  intent: RestoreIntent
  stack: Stack
  observed: ObservedState
  now: number
  repository: string
  snapshot: string
  manifest: Manifest
  selection: Selection
  present: Present
  /** Files that a restore which is being undone had made. */
  made?: readonly { file: string; sha256: string }[]
  /** Dashboards that it had made, and that nobody has changed since. */
  madeDashboards?: readonly MadeDashboard[]
}
