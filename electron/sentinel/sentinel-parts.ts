import type { Situation } from '../../shared/assess/situation.ts'
import type { DockerContexts } from '../../shared/domain/docker-context.ts'
import type { ObservedState } from '../../shared/domain/observed-state.ts'
import type { OpenOperationView, OperationView, UndoableView } from '../../shared/ipc/contract.ts'
import type { Simulation } from '../../shared/ipc/simulation-view.ts'
import type { Plan } from '../../shared/plan/plan.ts'
import type { EngineWatchers } from '../observe/docker/engines.ts'
import type { Watcher } from '../observe/watcher.ts'
import type { AcceptedContents } from './changes/accepted-contents.ts'
import type { Beyond, HoldFor } from './guarded-stack.ts'
import type { Attention } from './keep/attention.ts'
import type { Baselines } from './keep/baselines.ts'
import type { IncidentRecords } from './keep/incident-records.ts'
import type { Memory } from './keep/memory.ts'
import type { StackFiles } from './keep/stack-files.ts'
import type { Timeline } from './keep/timeline.ts'
import type { operations } from './operations.ts'
import type { ChoicesOfFiles } from './recover/file-choices.ts'
import type { PlanRecovery } from './recover/plan-recovery.ts'
import type { DifferencesOf } from './recover/put-back-difference.ts'
import type { PlanRestore } from './restore/plan-restore.ts'
import type { Adoption, AdoptionWish } from './surface.ts'
import type { MonitoringWatch } from './watch/watch-monitoring.ts'

/** What the loop is put together from. */
export type SentinelParts = {
  demo: boolean
  /** One look and no more: it leaves no trace in history and timeline; deeds do. */
  oneShot: boolean
  contexts: Watcher<DockerContexts>
  engines: EngineWatchers
  stackFiles: StackFiles
  timeline: Timeline
  attention: Attention
  memory: Memory
  /** Everything beyond the containers; absent where only the place is guarded. */
  monitoring?: MonitoringWatch
  baselines: Baselines
  /** What others see of a stack, and when it is to be judged. */
  alsoSeen?: { of(stack: string): Beyond; onChange(judge: () => void): void }
  contents: AcceptedContents
  /** What reports are made of. */
  records: IncidentRecords
  holdFor: HoldFor
  /** How long the first verdict waits for engines that do not answer. */
  patienceMs: number
  hashOf: (plan: Plan) => string
  planRecovery: PlanRecovery
  choicesOfFiles: ChoicesOfFiles
  differencesOf: DifferencesOf
  planRestore: PlanRestore
  simulate: (situation: Situation, context: string) => Promise<Simulation>
  /** Carries a plan out; one at a time on this machine. */
  execute: (
    plan: Plan,
    options: { onProgress: (operation: OperationView) => void; signal: AbortSignal },
  ) => Promise<OperationView>
  settle: Parameters<typeof operations>[0]['settle']
  openOperations: () => Promise<OpenOperationView[]>
  pastOperations: () => Promise<OperationView[]>
  undoable: () => Promise<UndoableView[]>
  adopt: (observed: ObservedState, wish: AdoptionWish) => Promise<Adoption>
  /** Somebody works with compose, or a plan is being carried out, by whichever process. */
  handsOff: () => Promise<boolean>
  now: () => number
}
