import type { EngineHands } from '../../adapters/docker/hands/engine-hands.ts'
import { expectEngine } from './verify-engine.ts'

/** Hands on the engine behind an endpoint; whoever opens them closes them. */
export type OpenHands = (endpoint: string) => Promise<EngineHands>

/** Nothing is done to an engine that is not the one the plan was made for. */
export async function withEngine<T>(
  open: OpenHands,
  step: { endpoint: string; engineId: string },
  signal: AbortSignal,
  use: (hands: EngineHands) => Promise<T>,
): Promise<T> {
  const hands = await open(step.endpoint)
  try {
    expectEngine(step, (await hands.identity(signal)).id)
    return await use(hands)
  } finally {
    hands.close()
  }
}
