import type { ComposeRunning, ComposeUp } from '../act/ops/bring-up.ts'
import type { ContextSelection } from '../act/ops/select-context.ts'
import type { EngineIdAt } from '../act/ops/verify-engine.ts'
import type { OpenHands } from '../act/ops/with-engine.ts'
import { composeUp, isUpOf } from '../adapters/compose/compose-up.ts'
import { type DockerPlace, readConfigFile } from '../adapters/docker/config-file.ts'
import { connectEngine } from '../adapters/docker/engine-client.ts'
import { handsAt, targetAt } from '../adapters/docker/hands/hands-at.ts'
import { selectContext } from '../adapters/docker/select-context.ts'
import { runningCommands } from '../adapters/procfs/running-commands.ts'

type DockerDeeds = ContextSelection & {
  engineIdAt: EngineIdAt
  openHands: OpenHands
  composeUp: ComposeUp
  composeRunning: ComposeRunning
}

/** What the ops need of Docker, read anew each time: nothing here believes an earlier look. */
export function dockerDeeds(place: DockerPlace): DockerDeeds {
  return {
    selectContext,
    async configuredContext(configDirectory) {
      const { problem, currentContext } = await readConfigFile(configDirectory)
      if (problem !== undefined) throw new Error(problem)
      return currentContext ?? 'default'
    },
    async engineIdAt(endpoint, signal) {
      const client = connectEngine(await targetAt(endpoint, place), { env: place.env })
      try {
        return (await client.look(signal)).id
      } finally {
        client.close()
      }
    },
    openHands: handsAt(place),
    composeUp: (start, signal) => composeUp(start, place.env, signal),
    composeRunning: async (start) =>
      (await runningCommands('/proc')).find(({ words }) => isUpOf(start, words))?.pid,
  }
}
