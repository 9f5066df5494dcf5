import type { DockerPlace } from '../config-file.ts'
import { readDockerContexts } from '../docker-config.ts'
import { type EngineTarget, targetOf } from '../target.ts'
import { connectHands } from './connect-hands.ts'
import type { EngineHands } from './engine-hands.ts'

/** How an endpoint is reached, by the contexts as they are now. */
export async function targetAt(endpoint: string, place: DockerPlace): Promise<EngineTarget> {
  const { contexts } = await readDockerContexts(place)
  const context = contexts.find((one) => one.endpoint === endpoint)
  if (!context) throw new Error(`No Docker context leads to ${endpoint} any more.`)
  return targetOf(context, place)
}

/** Hands on the engine behind an endpoint; whoever opens them closes them. */
export const handsAt =
  (place: DockerPlace) =>
  async (endpoint: string): Promise<EngineHands> =>
    connectHands(await targetAt(endpoint, place), { env: place.env })
