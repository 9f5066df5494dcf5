import type { Step } from '../../../shared/plan/plan.ts'
import type { Op } from '../ops.ts'

type VerifyEngine = Extract<Step, { kind: 'VerifyEngine' }>

/** The `/info` ID of the engine that answers at an endpoint. Rejects when none does. */
export type EngineIdAt = (endpoint: string, signal: AbortSignal) => Promise<string>

export function expectEngine(step: { endpoint: string; engineId: string }, answer: string): void {
  if (answer !== step.engineId) {
    throw new Error(`Engine at ${step.endpoint} is ${answer}, expected ${step.engineId}.`)
  }
}

/** Only looks, so there is nothing to run and nothing to undo. */
export function verifyEngineOp(engineIdAt: EngineIdAt): Op<VerifyEngine> {
  return {
    async precondition() {},
    async run() {},
    async verify(step, { signal }) {
      expectEngine(step, await engineIdAt(step.endpoint, signal))
    },
    async rollback() {},
  }
}
