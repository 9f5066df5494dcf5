import type { Container } from '../../../shared/domain/container.ts'
import type { DockerContext } from '../../../shared/domain/docker-context.ts'
import type { Engine } from '../../../shared/domain/engine.ts'
import type { Stack } from '../../../shared/domain/stack.ts'
import { sentenceOf } from '../../../shared/kit/sentence-of.ts'
import { withoutStop } from '../../../shared/kit/without-stop.ts'
import type { DockerPlace } from '../../adapters/docker/config-file.ts'
import { readDockerContexts } from '../../adapters/docker/docker-config.ts'
import { connectEngine } from '../../adapters/docker/engine-client.ts'
import { type EngineTarget, targetOf } from '../../adapters/docker/target.ts'

/** The engine that a stack belongs to, and its containers there. */
export type HomeEngine = {
  context: string
  target: EngineTarget
  engine: Engine
  containers: readonly Container[]
}

/**
 * Looks for the stack's engine where its home says it is, then behind every other context: the
 * name is not what counts. Rejects with a sentence where it is nowhere.
 */
export async function findHomeEngine(
  { home, projects }: Pick<Stack, 'home' | 'projects'>,
  place: DockerPlace,
  signal: AbortSignal,
): Promise<HomeEngine> {
  const { contexts } = await readDockerContexts(place)
  const said: string[] = []
  for (const context of inOrder(contexts, home)) {
    try {
      const target = await targetOf(context, place)
      const client = connectEngine(target, { env: place.env })
      try {
        const engine = await client.look(signal)
        if (engine.id === home.engineId) {
          const names = projects.map(({ name }) => name)
          const containers = await client.containers(names, signal)
          return { context: context.name, target, engine, containers }
        }
        said.push(`${context.endpoint} is engine ${engine.id}, expected ${home.engineId}`)
      } finally {
        client.close()
      }
    } catch (error) {
      signal.throwIfAborted()
      said.push(withoutStop(sentenceOf(error)))
    }
  }
  throw new Error(`${said[0] ?? `No context leads to ${home.context}`}.`)
}

function inOrder(
  contexts: readonly DockerContext[],
  home: Stack['home'],
): Pick<DockerContext, 'name' | 'endpoint' | 'tls'>[] {
  const atHome = contexts.filter(({ endpoint }) => endpoint === home.endpoint)
  const first = atHome.length > 0 ? atHome : [{ name: '', endpoint: home.endpoint, tls: false }]
  const others = contexts.filter(
    ({ endpoint }) => endpoint !== home.endpoint && endpoint !== '' && endpoint.startsWith('unix:'),
  )
  return [...first, ...others]
}
