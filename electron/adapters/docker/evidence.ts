import { z } from 'zod'
import { projectLabel, serviceLabel } from './container-from-inspect.ts'
import { askerOf, dockerOver, statusOf, usualPatienceMs } from './engine-call.ts'
import type { EngineTarget } from './target.ts'
import { EngineAgent } from './transport.ts'

export type InspectedContainer = {
  name: string
  project: string
  service: string
  /** Whole, as the engine says it: with addresses, states and secrets. */
  inspect: Readonly<Record<string, unknown>>
}

export type ImageIdentity = { image: string; id: string; digests: string[] }

/** What an engine can bear witness to about a stack, for whoever rebuilds it one day. */
export type EngineEvidence = {
  containers: readonly InspectedContainer[]
  /** By `project/service`. */
  images: Readonly<Record<string, ImageIdentity>>
}

const listed = z.array(z.object({ Id: z.string().min(1) }))
const inspected = z.looseObject({
  Name: z.string(),
  Image: z.string(),
  Config: z.looseObject({
    Image: z.string(),
    Labels: z.record(z.string(), z.string()).nullish(),
  }),
})
const image = z.object({ Id: z.string(), RepoDigests: z.array(z.string()).nullish() })

/** Looks and changes nothing. Rejects with an `EngineFailure`. */
export async function engineEvidence(
  target: EngineTarget,
  projects: readonly string[],
  options: { env?: NodeJS.ProcessEnv; giveUpAfterMs?: number; signal?: AbortSignal } = {},
): Promise<EngineEvidence> {
  const { env = process.env, giveUpAfterMs = usualPatienceMs(target), signal } = options
  const agent = new EngineAgent(target, env, true)
  const docker = dockerOver(agent, target)
  const ask = askerOf(target.endpoint, giveUpAfterMs)
  // @types/dockerode 4.0.2 does not know that this takes an abort signal.
  const inspectImage = (id: string, abortSignal: AbortSignal): Promise<unknown> =>
    docker.getImage(id).inspect({ abortSignal } as object)
  /** Undefined when it went away between the list and this. */
  const unlessGone = <T>(asked: Promise<T>): Promise<T | undefined> =>
    asked.catch((error) => {
      if (statusOf(error) === 404) return undefined
      throw error
    })
  try {
    const containers: InspectedContainer[] = []
    const images: Record<string, ImageIdentity> = {}
    const digests = new Map<string, string[]>()
    for (const project of projects) {
      const label = [`${projectLabel}=${project}`]
      const all = await ask(listed, signal, (abortSignal) =>
        docker.listContainers({ all: true, filters: { label }, abortSignal }),
      )
      for (const { Id } of all) {
        const said = await unlessGone(
          ask(inspected, signal, (abortSignal) => docker.getContainer(Id).inspect({ abortSignal })),
        )
        const isOneOff = said?.Config.Labels?.['com.docker.compose.oneoff'] === 'True'
        if (said === undefined || isOneOff) continue
        const service = said.Config.Labels?.[serviceLabel] ?? ''
        containers.push({ name: said.Name.replace(/^\//, ''), project, service, inspect: said })
        if (!digests.has(said.Image)) {
          const found = await unlessGone(
            ask(image, signal, (abortSignal) => inspectImage(said.Image, abortSignal)),
          )
          digests.set(said.Image, (found?.RepoDigests ?? []).toSorted())
        }
        images[`${project}/${service}`] = {
          image: said.Config.Image,
          id: said.Image,
          digests: digests.get(said.Image) ?? [],
        }
      }
    }
    return { containers: containers.toSorted((a, b) => (a.name < b.name ? -1 : 1)), images }
  } finally {
    agent.destroy()
  }
}
