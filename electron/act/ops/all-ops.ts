import type { Ops } from '../ops.ts'
import { acceptHomeOp, type StackFileText } from './accept-home.ts'
import { bringUpOp, type ComposeRunning, type ComposeUp } from './bring-up.ts'
import { carryDashboardsOp } from './dashboards/carry-dashboards.ts'
import {
  type DashboardDoors,
  removeDashboardOp,
  restoreDashboardOp,
} from './dashboards/restore-dashboard.ts'
import { type OpenElsewhere, saveDashboardsOp } from './dashboards/save-dashboards.ts'
import { holdContainersOp } from './hold-containers.ts'
import { keepCopyOp } from './keep-copy.ts'
import { type ContentOf, putBackFilesOp, type StillGiven } from './put-back-files.ts'
import { checkSnapshotOp } from './restore/check-snapshot.ts'
import { removeFilesOp } from './restore/remove-files.ts'
import type { RestoreDoors } from './restore/restore-doors.ts'
import { restoreVolumeOp } from './restore/restore-volume.ts'
import { startServicesOp, stopServicesOp } from './restore/running-set.ts'
import { takeSnapshotOp } from './restore/take-snapshot.ts'
import { verifyRestoredOp } from './restore/verify-restored.ts'
import { mergeSamplesOp } from './samples/merge-samples.ts'
import { saveSamplesOp } from './samples/save-samples.ts'
import { type ContextSelection, selectContextOp } from './select-context.ts'
import { startDesktopOp, type UserUnitStarter } from './start-desktop.ts'
import { stopUnitOp, type UnitControl } from './stop-unit.ts'
import { type EngineIdAt, verifyEngineOp } from './verify-engine.ts'
import { type StackProblems, verifyStackOp } from './verify-stack.ts'
import { waitForEngineOp } from './wait-for-engine.ts'
import type { OpenHands } from './with-engine.ts'

/** What ops need from the outside; the composition root has it. */
type OpDependencies = ContextSelection &
  StackFileText &
  RestoreDoors &
  DashboardDoors & {
    openElsewhere: OpenElsewhere
    userUnits: UserUnitStarter
    engineIdAt: EngineIdAt
    unitsOf: (scope: 'system' | 'user') => UnitControl
    openHands: OpenHands
    composeUp: ComposeUp
    composeRunning: ComposeRunning
    contentOf: ContentOf
    stillGiven?: StillGiven
    stackProblems: StackProblems
  }

export function opsFor(dependencies: OpDependencies): Ops {
  return {
    KeepCopy: keepCopyOp,
    StartDesktop: startDesktopOp(dependencies.userUnits),
    WaitForEngine: waitForEngineOp(dependencies.engineIdAt),
    SelectContext: selectContextOp(dependencies),
    VerifyEngine: verifyEngineOp(dependencies.engineIdAt),
    AcceptHome: acceptHomeOp(dependencies),
    StopUnit: stopUnitOp(dependencies.unitsOf),
    HoldContainers: holdContainersOp(dependencies.openHands),
    BringUp: bringUpOp(dependencies),
    PutBackFiles: putBackFilesOp(
      dependencies.contentOf,
      dependencies.openHands,
      dependencies.stillGiven,
    ),
    SaveSamples: saveSamplesOp(dependencies.openHands),
    MergeSamples: mergeSamplesOp(dependencies.openHands),
    VerifyStack: verifyStackOp(dependencies.stackProblems),
    CheckSnapshot: checkSnapshotOp(dependencies),
    TakeSnapshot: takeSnapshotOp(dependencies),
    StopServices: stopServicesOp(dependencies.openHands),
    StartServices: startServicesOp(dependencies.openHands),
    RestoreVolume: restoreVolumeOp(dependencies),
    RemoveFiles: removeFilesOp,
    VerifyRestored: verifyRestoredOp(dependencies),
    RestoreDashboard: restoreDashboardOp(dependencies),
    RemoveDashboard: removeDashboardOp(dependencies),
    SaveDashboards: saveDashboardsOp(dependencies),
    CarryDashboards: carryDashboardsOp(dependencies),
  }
}
