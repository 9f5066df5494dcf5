import { setTimeout as pause } from 'node:timers/promises'
import type { Step } from '../../../shared/plan/plan.ts'
import type { Op } from '../ops.ts'

type VerifyStack = Extract<Step, { kind: 'VerifyStack' }>

/** What is still wrong with a stack, a sentence each; looked at anew. */
export type StackProblems = (stack: string, signal: AbortSignal) => Promise<readonly string[]>

const betweenLooksMs = 1_000

/** Only looks, so there is nothing to undo. */
export function verifyStackOp(problemsOf: StackProblems): Op<VerifyStack> {
  return {
    async precondition() {},
    async run({ stack, seconds }, { signal }) {
      const deadline = performance.now() + seconds * 1000
      while ((await problemsOf(stack, signal)).length > 0 && performance.now() < deadline) {
        await pause(betweenLooksMs, undefined, { signal })
      }
    },
    async verify({ stack }, { signal }) {
      const problems = await problemsOf(stack, signal)
      if (problems.length > 0) throw new Error(problems.join(' '))
    },
    async rollback() {},
  }
}
