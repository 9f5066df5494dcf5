import type { EngineHands } from '../../../adapters/docker/hands/engine-hands.ts'
import type { EngineNoted, PendingCleanups } from './pending-cleanups.ts'

/** What every source on an engine works with. */
export type EngineParts = {
  hands: EngineHands
  /** The engine that the hands are on, as its notes name it. */
  engine: EngineNoted
  pending: PendingCleanups
  /** `mayStop` of the stack file: services by `service` or `project/service`. */
  mayStop: readonly string[]
}

/** A container as it is named to a person: by what Compose calls it, where it is Compose's. */
export const nameOf = (container: { name: string; project: string; service: string }): string =>
  container.project && container.service
    ? `${container.project}/${container.service}`
    : container.name
