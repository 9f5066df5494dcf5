import type { Intent } from '../../shared/domain/intent.ts'
import type { Mirror, OperationView, PlanProposal } from '../../shared/ipc/contract.ts'
import type { IncidentView, WatchLine } from '../../shared/ipc/status.ts'

/** What happened to an incident; enough to decide whether to disturb somebody. */
export type IncidentChange = {
  stack: string
  incident: IncidentView
  change: 'opened' | 'worsened' | 'updated' | 'resolved'
}

/**
 * All that tray, window, notifier and command line may ask of the loop. Listeners get
 * the value after it has changed; each subscription returns what ends it.
 */
export interface Sentinel {
  start(): Promise<void>
  stop(): Promise<void>
  mirror(): Mirror
  onMirror(listener: (mirror: Mirror) => void): () => void
  onIncident(listener: (change: IncidentChange) => void): () => void
  /** The lines of `watch --json`, as objects. */
  onLine(listener: (line: WatchLine) => void): () => void
  propose(stack: string, intent: Intent): Promise<PlanProposal>
  /** Carries out the proposed plan with this hash. Rejects when it is not known any more. */
  execute(hash: string): Promise<OperationView>
  /** Stops the running operation after the step it is in, and rolls back. */
  cancel(): void
  snooze(incident: string, until: '1h' | 'tomorrow' | 'off'): Promise<void>
  /** "I am moving" for so many hours; 0 ends it. */
  moveOnPurpose(hours: number): Promise<void>
  cancelCountdown(): void
  /** Learns a stack from the engine that is current; without a project, the largest one. */
  adopt(project?: string): Promise<void>
  setTrayHost(trayHost: Mirror['trayHost']): void
}
