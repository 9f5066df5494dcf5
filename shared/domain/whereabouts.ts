import type { Container } from './container.ts'
import { type CurrentContext, type DockerContexts, findContext } from './docker-context.ts'
import type { EngineSight } from './engine.ts'
import { type ObservedState, sightAtEndpoint, sightOfEngine } from './observed-state.ts'
import type { Reading } from './reading.ts'
import type { Home } from './stack.ts'

// Who is where: questions that rules, planners and pictures ask of an observed state.

/** Nobody is there. Any other failure only says that we cannot see. */
export function isDown(reading: Reading<unknown>): boolean {
  return (
    reading.status === 'unknown' &&
    ['not-found', 'refused', 'timeout'].includes(reading.failure.code)
  )
}

export function isUp(container: Container): boolean {
  return container.state === 'running' || container.state === 'restarting'
}

/** The current context in words; with `DOCKER_HOST` its name says nothing. */
export function nameOfCurrent(current: CurrentContext): string {
  return current.source === 'DOCKER_HOST' ? `DOCKER_HOST ${current.endpoint}` : current.name
}

/** An engine in words: home by its context, others by the first context that leads there. */
export function nameOfEngine(observed: ObservedState, sight: EngineSight, home: Home): string {
  const names = contextsOf(observed, sight)
  const isHome = sight.engine.status === 'known' && sight.engine.value.id === home.engineId
  return isHome && names.includes(home.context) ? home.context : (names[0] ?? sight.endpoint)
}

/** All contexts that lead to this engine, also by other endpoints. */
export function contextsOf(observed: ObservedState, sight: EngineSight): string[] {
  return observed.engines
    .filter((one) => one === sight || one.sameAs === sight.endpoint)
    .flatMap((one) => one.contexts)
}

/** The sight that carries the containers of the engine at this endpoint. */
export function engineAt(observed: ObservedState, endpoint: string): EngineSight | undefined {
  const sight = sightAtEndpoint(observed, endpoint)
  return sight?.sameAs === undefined ? sight : sightAtEndpoint(observed, sight.sameAs)
}

/**
 * Where the home context points now. `default` is not on disk and follows `DOCKER_HOST`
 * (docker/cli `resolveContextName`), so for it the endpoint that was adopted counts.
 */
export function homeEndpoint(contexts: Reading<DockerContexts>, home: Home): string {
  if (contexts.status === 'unknown' || home.context === 'default') return home.endpoint
  return findContext(contexts.value, home.context)?.endpoint || home.endpoint
}

/** The home engine itself, wherever it answers. */
export function homeSight(observed: ObservedState, home: Home): EngineSight | undefined {
  return sightOfEngine(observed, home.engineId)
}

/** What stands at the home endpoint, whoever answers there. */
export function sightAtHome(observed: ObservedState, home: Home): EngineSight | undefined {
  return engineAt(observed, homeEndpoint(observed.contexts, home))
}

/** The home engine does not answer, and somebody would have to be there to answer. */
export function homeIsDown(observed: ObservedState, home: Home): boolean {
  const sight = sightAtHome(observed, home)
  return homeSight(observed, home) === undefined && sight !== undefined && isDown(sight.engine)
}

/** Containers at home; undefined while they cannot be seen. */
export function homeContainers(
  observed: ObservedState,
  home: Home,
): readonly Container[] | undefined {
  const containers = homeSight(observed, home)?.containers
  return containers?.status === 'known' ? containers.value : undefined
}

export function currentSight(observed: ObservedState): EngineSight | undefined {
  if (observed.contexts.status === 'unknown') return undefined
  return engineAt(observed, observed.contexts.value.current.endpoint)
}

type Standing = 'home' | 'away' | 'nowhere' | 'unknown'

/**
 * Where plain `docker` goes, seen from home. The engine decides; while it does not answer,
 * the name or the endpoint does. Another engine behind the home context is `home` too:
 * then the engine was replaced, and nobody switched.
 */
export function standing({ contexts, engines }: ObservedState, home: Home): Standing {
  if (contexts.status === 'unknown') return 'unknown'
  const { current } = contexts.value
  if (!current.exists && current.source !== 'DOCKER_HOST') return 'nowhere'
  const there = engines.find((sight) => sight.endpoint === current.endpoint)?.engine
  if (there?.status === 'known' && there.value.id === home.engineId) return 'home'
  if (current.source !== 'DOCKER_HOST' && current.name === home.context) return 'home'
  return current.endpoint === homeEndpoint(contexts, home) ? 'home' : 'away'
}

/** One container of a service, and the engine it is on. */
export type Place = { sight: EngineSight; container: Container }

/** Every place where a service has containers now, on all engines that can be seen. */
export function placesOf(observed: ObservedState, project: string, service: string): Place[] {
  return observed.engines
    .filter((sight) => sight.sameAs === undefined)
    .flatMap((sight) =>
      containersOf(sight)
        .filter((one) => one.project === project && one.service === service && !one.oneOff)
        .map((container) => ({ sight, container })),
    )
}

export function containersOf({ containers }: EngineSight): readonly Container[] {
  return containers.status === 'known' ? containers.value : []
}
