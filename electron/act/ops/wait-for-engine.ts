import { setTimeout as pause } from 'node:timers/promises'
import type { Step } from '../../../shared/plan/plan.ts'
import type { Op } from '../ops.ts'
import { type EngineIdAt, expectEngine } from './verify-engine.ts'

type WaitForEngine = Extract<Step, { kind: 'WaitForEngine' }>

type Pause = (milliseconds: number, signal: AbortSignal) => Promise<void>

const betweenTriesMs = 500
/** An engine that is starting may take a connection and say nothing. */
const oneTryMs = 5_000

const pauseFor: Pause = (milliseconds, signal) => pause(milliseconds, undefined, { signal })

export function waitForEngineOp(
  engineIdAt: EngineIdAt,
  now: () => number = Date.now,
  pauseBetween: Pause = pauseFor,
): Op<WaitForEngine> {
  async function waitFor(step: WaitForEngine, signal: AbortSignal): Promise<void> {
    const deadline = now() + step.seconds * 1000
    let last = 'nobody answered'
    while (now() < deadline) {
      signal.throwIfAborted()
      const patience = Math.min(oneTryMs, deadline - now())
      const answer = await engineIdAt(
        step.endpoint,
        AbortSignal.any([signal, AbortSignal.timeout(patience)]),
      ).catch((error: Error) => {
        last = error.message.replace(/\.$/, '')
        return undefined
      })
      signal.throwIfAborted()
      if (answer !== undefined) return expectEngine(step, answer)
      await pauseBetween(betweenTriesMs, signal)
    }
    throw new Error(
      `The engine at ${step.endpoint} did not answer within ${step.seconds} s: ${last}.`,
    )
  }

  return {
    async precondition() {},
    async run(step, { signal }) {
      try {
        await waitFor(step, signal)
      } catch (error) {
        throw signal.aborted ? new Error('Waiting for the engine was cancelled.') : error
      }
    },
    async verify() {},
    async rollback() {},
  }
}
