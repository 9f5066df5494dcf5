import type { DockerPlace } from '../../adapters/docker/config-file.ts'
import { readDockerContexts } from '../../adapters/docker/docker-config.ts'
import { connectHands } from '../../adapters/docker/hands/connect-hands.ts'
import { connectScratch } from '../../adapters/docker/scratch/connect-scratch.ts'
import { type EngineTarget, targetOf } from '../../adapters/docker/target.ts'
import type { EngineNoted, PendingCleanups } from '../sources/engine/pending-cleanups.ts'
import { type Settled, settlePending } from '../sources/engine/settle-pending.ts'
import { counted } from './say.ts'

/** Puts back what earlier runs had stopped or made on engines and did not live to put back. */
export function settleHere(
  pending: PendingCleanups,
  place: DockerPlace,
  signal: AbortSignal,
): Promise<readonly Settled[]> {
  return settlePending(
    pending,
    async (engine) => connectHands(await targetNoted(engine, place), { env: place.env }),
    signal,
    async (engine, drill) => {
      const scratch = connectScratch(await targetNoted(engine, place), { env: place.env })
      try {
        const { containers, volumes } = await scratch.removeAll(drill, signal)
        if (containers + volumes === 0) return 'A drill that was cut off had left nothing.'
        return `${counted(containers, 'container')} and ${counted(volumes, 'volume')} of a drill that was cut off were removed.`
      } finally {
        scratch.close()
      }
    },
  )
}

async function targetNoted(
  { context, endpoint }: EngineNoted,
  place: DockerPlace,
): Promise<EngineTarget> {
  const { contexts } = await readDockerContexts(place)
  const found =
    contexts.find((one) => one.endpoint === endpoint && one.name === context) ??
    contexts.find((one) => one.endpoint === endpoint)
  return targetOf(found ?? { name: context, endpoint, tls: false }, place)
}
