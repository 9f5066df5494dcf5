import type { ContextSelection } from '../act/ops/select-context.ts'
import type { EngineIdAt } from '../act/ops/verify-engine.ts'
import { type DockerPlace, readConfigFile } from '../adapters/docker/config-file.ts'
import { readDockerContexts } from '../adapters/docker/docker-config.ts'
import { connectEngine } from '../adapters/docker/engine-client.ts'
import { selectContext } from '../adapters/docker/select-context.ts'
import { targetOf } from '../adapters/docker/target.ts'

/** What the ops need of Docker, read anew each time: nothing here believes an earlier look. */
export function dockerDeeds(place: DockerPlace): ContextSelection & { engineIdAt: EngineIdAt } {
  return {
    selectContext,
    async configuredContext(configDirectory) {
      const { problem, currentContext } = await readConfigFile(configDirectory)
      if (problem !== undefined) throw new Error(problem)
      return currentContext ?? 'default'
    },
    async engineIdAt(endpoint, signal) {
      const { contexts } = await readDockerContexts(place)
      const context = contexts.find((one) => one.endpoint === endpoint)
      if (!context) throw new Error(`No Docker context leads to ${endpoint} any more.`)
      const client = connectEngine(await targetOf(context, place), { env: place.env })
      try {
        return (await client.look(signal)).id
      } finally {
        client.close()
      }
    },
  }
}
