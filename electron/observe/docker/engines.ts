import type { DockerContext } from '../../../shared/domain/docker-context.ts'
import type { EngineSight } from '../../../shared/domain/engine.ts'
import { known } from '../../../shared/domain/reading.ts'
import type { DockerPlace } from '../../adapters/docker/config-file.ts'
import { connectEngine, type EngineClient } from '../../adapters/docker/engine-client.ts'
import { targetOf } from '../../adapters/docker/target.ts'
import { keptInStep } from '../kept-in-step.ts'
import { type EndpointWatch, watchEndpoint } from './endpoint-watch.ts'

/**
 * Keeps every engine behind every context in view, one watch for each endpoint. Publishes
 * the whole list, unasked, whenever any of it changes. An engine that went away stays in the
 * list, unknown, for as long as a context leads to it.
 */
export interface EngineWatchers {
  start(publish: (sights: readonly EngineSight[]) => void): void
  setContexts(contexts: readonly DockerContext[]): void
  /** Names of the compose projects whose containers are wanted. */
  setProjects(projects: readonly string[]): void
  /** Resolves when everything has been looked at once more and was published. */
  lookNow(): Promise<void>
  /** After this nothing is published any more. */
  stop(): Promise<void>
}

type EngineWatchersParts = DockerPlace & {
  connect?: (context: DockerContext) => Promise<EngineClient>
  now?: () => number
  random?: () => number
}

type Place = { contexts: readonly DockerContext[]; watch: EndpointWatch }

export function engineWatchers(parts: EngineWatchersParts): EngineWatchers {
  const { now = Date.now, random = Math.random } = parts
  const connect =
    parts.connect ??
    (async (context) => connectEngine(await targetOf(context, parts), { env: parts.env }))
  let publish: ((sights: readonly EngineSight[]) => void) | undefined
  let projects: readonly string[] = []

  const kept = keptInStep<readonly DockerContext[], Place>({
    open(endpoint, contexts) {
      const place: Place = {
        contexts,
        watch: watchEndpoint({
          endpoint,
          connect: () => connect(speakerFor(place.contexts)),
          projects: () => projects,
          changed: () => kept.changed(),
          now,
          random,
        }),
      }
      return place
    },
    keep(place, contexts) {
      place.contexts = contexts
    },
    watchIn: ({ watch }) => watch,
    publish: () => publish?.(sightsOf(kept.places)),
  })

  return {
    start(publishTo) {
      publish = publishTo
      kept.changed()
    },
    setContexts(contexts) {
      const reachable = contexts.filter(({ endpoint }) => endpoint !== '')
      kept.setWanted(Map.groupBy(reachable, ({ endpoint }) => endpoint))
    },
    setProjects(next) {
      const wanted = [...new Set(next)].sort()
      if (wanted.join('\n') === projects.join('\n')) return
      projects = wanted
      for (const { watch } of kept.places.values()) watch.projectsChanged()
      kept.changed()
    },
    async lookNow() {
      await Promise.all([...kept.places.values()].map(({ watch }) => watch.lookNow()))
      kept.publishNow()
    },
    stop: kept.stop,
  }
}

/** The context whose keys open the door, where several lead to it. */
function speakerFor(contexts: readonly DockerContext[]): DockerContext {
  const speaker = contexts.find(({ tls }) => tls) ?? contexts[0]
  if (speaker === undefined) throw new Error('No context leads here any more.')
  return speaker
}

function sightsOf(places: ReadonlyMap<string, Place>): EngineSight[] {
  const speakers = new Map<string, string>()
  return [...places]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([endpoint, { contexts, watch }]) => {
      const { engine, containers } = watch.sight()
      const names = contexts.map(({ name }) => name)
      const sight = { endpoint, contexts: names, engine, containers }
      if (engine.status === 'unknown') return sight
      const speaker = speakers.get(engine.value.id)
      if (speaker === undefined) {
        speakers.set(engine.value.id, endpoint)
        return sight
      }
      return { ...sight, containers: known([], engine.observedAt), sameAs: speaker }
    })
}
