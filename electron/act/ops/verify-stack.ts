import { setTimeout as pause } from 'node:timers/promises'
import type { Step } from '../../../shared/plan/plan.ts'
import type { Op } from '../ops.ts'

type VerifyStack = Extract<Step, { kind: 'VerifyStack' }>

/** What is still wrong with a stack, a sentence each; looked at anew. */
export type StackProblems = (stack: string, signal: AbortSignal) => Promise<readonly string[]>

const betweenLooksMs = 1_000

/** Only looks, so there is nothing to do and nothing to undo; the first look that is well is enough. */
export function verifyStackOp(problemsOf: StackProblems): Op<VerifyStack> {
  return {
    async precondition() {},
    async run() {},
    async verify({ stack, seconds }, { signal }) {
      const deadline = performance.now() + seconds * 1000
      for (;;) {
        const problems = await problemsOf(stack, signal)
        if (problems.length === 0) return
        if (performance.now() >= deadline) throw new Error(problems.join(' '))
        await pause(betweenLooksMs, undefined, { signal })
      }
    },
    async rollback() {},
  }
}
