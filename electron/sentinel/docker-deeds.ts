import type { ComposeUp } from '../act/ops/bring-up.ts'
import type { ContextSelection } from '../act/ops/select-context.ts'
import type { EngineIdAt } from '../act/ops/verify-engine.ts'
import type { OpenHands } from '../act/ops/with-engine.ts'
import { composeUp } from '../adapters/compose/compose-up.ts'
import { type DockerPlace, readConfigFile } from '../adapters/docker/config-file.ts'
import { readDockerContexts } from '../adapters/docker/docker-config.ts'
import { connectEngine } from '../adapters/docker/engine-client.ts'
import { connectHands } from '../adapters/docker/hands/connect-hands.ts'
import { selectContext } from '../adapters/docker/select-context.ts'
import { targetOf } from '../adapters/docker/target.ts'

type DockerDeeds = ContextSelection & {
  engineIdAt: EngineIdAt
  openHands: OpenHands
  composeUp: ComposeUp
}

/** What the ops need of Docker, read anew each time: nothing here believes an earlier look. */
export function dockerDeeds(place: DockerPlace): DockerDeeds {
  async function targetAt(endpoint: string) {
    const { contexts } = await readDockerContexts(place)
    const context = contexts.find((one) => one.endpoint === endpoint)
    if (!context) throw new Error(`No Docker context leads to ${endpoint} any more.`)
    return targetOf(context, place)
  }
  return {
    selectContext,
    async configuredContext(configDirectory) {
      const { problem, currentContext } = await readConfigFile(configDirectory)
      if (problem !== undefined) throw new Error(problem)
      return currentContext ?? 'default'
    },
    async engineIdAt(endpoint, signal) {
      const client = connectEngine(await targetAt(endpoint), { env: place.env })
      try {
        return (await client.look(signal)).id
      } finally {
        client.close()
      }
    },
    openHands: async (endpoint) => connectHands(await targetAt(endpoint), { env: place.env }),
    composeUp: (start, signal) => composeUp(start, place.env, signal),
  }
}
