import type { Ops } from '../ops.ts'
import { acceptHomeOp, type StackFileText } from './accept-home.ts'
import { keepCopyOp } from './keep-copy.ts'
import { type ContextSelection, selectContextOp } from './select-context.ts'
import { startDesktopOp, type UserUnitStarter } from './start-desktop.ts'
import { type EngineIdAt, verifyEngineOp } from './verify-engine.ts'
import { waitForEngineOp } from './wait-for-engine.ts'

/** What ops need from the outside; the composition root has it. */
type OpDependencies = ContextSelection &
  StackFileText & {
    userUnits: UserUnitStarter
    engineIdAt: EngineIdAt
  }

export function opsFor(dependencies: OpDependencies): Ops {
  return {
    KeepCopy: keepCopyOp,
    StartDesktop: startDesktopOp(dependencies.userUnits),
    WaitForEngine: waitForEngineOp(dependencies.engineIdAt),
    SelectContext: selectContextOp(dependencies),
    VerifyEngine: verifyEngineOp(dependencies.engineIdAt),
    AcceptHome: acceptHomeOp(dependencies),
  }
}
