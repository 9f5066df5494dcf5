import type { ContainerUpClose } from '../../adapters/docker/hands/engine-hands.ts'
import { type EngineParts, nameOf } from '../sources/engine/engine-parts.ts'
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
    async function writers(): Promise<ContainerUpClose[]> {
      const found = await Promise.all(
        [...services.values()].map(({ project, service }) =>
          parts.hands.containersOf(project, service, signal),
        ),
      )
      return found.flat().filter(isActive)
    }
    const woken = async () => (await writers()).map(nameOf)
    const users = await writers()
    if (users.length === 0) return { consistency: 'stopped', close: async () => {}, woken }
    if ((await whyNotStop(parts, users, signal)) !== undefined) {
      return { consistency: 'live', close: async () => {} }
    }
    const { startAgain } = await quiesce(parts, users, signal)
    return { consistency: 'stopped', close: startAgain, woken }
  }
