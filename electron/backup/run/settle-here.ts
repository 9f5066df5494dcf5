import type { DockerPlace } from '../../adapters/docker/config-file.ts'
import { readDockerContexts } from '../../adapters/docker/docker-config.ts'
import { connectHands } from '../../adapters/docker/hands/connect-hands.ts'
import { targetOf } from '../../adapters/docker/target.ts'
import type { PendingCleanups } from '../sources/engine/pending-cleanups.ts'
import { type Settled, settlePending } from '../sources/engine/settle-pending.ts'

/** Puts back what earlier runs had stopped or made on engines and did not live to put back. */
export function settleHere(
  pending: PendingCleanups,
  place: DockerPlace,
  signal: AbortSignal,
): Promise<readonly Settled[]> {
  return settlePending(
    pending,
    async ({ context, endpoint }) => {
      const { contexts } = await readDockerContexts(place)
      const found =
        contexts.find((one) => one.endpoint === endpoint && one.name === context) ??
        contexts.find((one) => one.endpoint === endpoint)
      const target = await targetOf(found ?? { name: context, endpoint, tls: false }, place)
      return connectHands(target, { env: place.env })
    },
    signal,
  )
}
