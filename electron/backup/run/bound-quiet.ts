import type { EngineParts } from '../sources/engine/engine-parts.ts'
import { isActive, quiesce, whyNotStop } from '../sources/engine/quiesce.ts'
import type { BoundDirectoryParts } from '../sources/host/configuration.ts'

/** Stops whoever writes to a mounted directory while it is read, where the stack file lets us. */
export const boundQuiet =
  (parts: EngineParts): NonNullable<BoundDirectoryParts['quiesce']> =>
  async ({ usedBy }, signal) => {
    const services = new Map(
      usedBy
        .filter(({ readOnly }) => !readOnly)
        .map((one) => [`${one.project}/${one.service}`, one]),
    )
    const found = await Promise.all(
      [...services.values()].map(({ project, service }) =>
        parts.hands.containersOf(project, service, signal),
      ),
    )
    const users = found.flat().filter(isActive)
    const live = { consistency: 'live' as const, close: async () => {} }
    if (users.length === 0) return { ...live, consistency: 'stopped' }
    if ((await whyNotStop(parts, users, signal)) !== undefined) return live
    const { startAgain } = await quiesce(parts, users, signal)
    return { consistency: 'stopped', close: startAgain }
  }
