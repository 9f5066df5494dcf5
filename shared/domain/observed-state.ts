import type { DockerContexts } from './docker-context.ts'
import type { EngineSight } from './engine.ts'
import type { Reading } from './reading.ts'

/** All latest readings as one immutable value. */
export type ObservedState = {
  revision: number
  contexts: Reading<DockerContexts>
  engines: readonly EngineSight[]
}

/** The sight that speaks for the engine with this ID, if it answers now. */
export function sightOfEngine(observed: ObservedState, engineId: string): EngineSight | undefined {
  return observed.engines.find(
    (sight) =>
      sight.sameAs === undefined &&
      sight.engine.status === 'known' &&
      sight.engine.value.id === engineId,
  )
}

export function sightAtEndpoint(
  observed: ObservedState,
  endpoint: string,
): EngineSight | undefined {
  return observed.engines.find((sight) => sight.endpoint === endpoint)
}
