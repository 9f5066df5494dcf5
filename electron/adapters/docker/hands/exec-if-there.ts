import { EngineFailure } from '../engine-failure.ts'
import type { EngineHands } from './engine-hands.ts'

/** Runs a program in a running container; undefined where its image has no such program. */
export async function execIfThere(
  hands: EngineHands,
  ...call: Parameters<EngineHands['exec']>
): Promise<Awaited<ReturnType<EngineHands['exec']>> | undefined> {
  try {
    return await hands.exec(...call)
  } catch (error) {
    if (error instanceof EngineFailure && error.code === 'not-found') return undefined
    throw error
  }
}
