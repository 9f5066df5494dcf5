import type Docker from 'dockerode'
import { z } from 'zod'
import { helperLabel } from '../container-from-inspect.ts'
import { askerOf, dockerOver, statusOf, usualPatienceMs } from '../engine-call.ts'
import { EngineFailure } from '../engine-failure.ts'
import {
  anyAnswer,
  createdAnswer,
  idsAnswer,
  imageAnswer,
  volumeAnswer,
  volumesAnswer,
  waitAnswer,
} from '../hands/hands-answers.ts'
import type { EngineTarget } from '../target.ts'
import { EngineAgent } from '../transport.ts'
import { drillLabel, type ScratchHands, type ScratchImage } from './scratch-hands.ts'

const startsWith = z.object({
  Config: z.object({
    Entrypoint: z.array(z.string()).nullish(),
    Cmd: z.array(z.string()).nullish(),
  }),
})

const drillId = /^[0-9a-f]{8}-[0-9a-f-]{27}$/
const volumePrefix = (drill: string): string => `odin-sentinel-drill-${drill}-`
/** A check of many rule files takes a while on a machine that has little to give. */
const endPatienceMs = 300_000
const shownLines = 40

export function connectScratch(
  target: EngineTarget,
  options: { env?: NodeJS.ProcessEnv } = {},
): ScratchHands {
  const { endpoint } = target
  const agent = new EngineAgent(target, options.env ?? process.env, true)
  const docker = dockerOver(agent, target)
  const ask = askerOf(endpoint, usualPatienceMs(target))

  async function imageOf(name: string, signal: AbortSignal) {
    const said = await ask(imageAnswer.and(startsWith), signal, () =>
      docker.getImage(name).inspect(),
    )
    const { Entrypoint, Cmd } = said.Config
    return {
      id: said.Id,
      program: Entrypoint?.[0] ?? Cmd?.[0] ?? '',
      volumes: Object.keys(said.Config.Volumes ?? {}),
      labels: said.Config.Labels,
    }
  }

  async function volumesOf(drill: string, signal: AbortSignal | undefined): Promise<string[]> {
    const filters = { label: [`${drillLabel}=${drill}`] }
    const { Volumes } = await ask(volumesAnswer, signal, (abortSignal) =>
      docker.listVolumes({ filters, abortSignal } as object),
    )
    return Volumes.filter(
      ({ Name, Labels }) => Labels[drillLabel] === drill && Name.startsWith(volumePrefix(drill)),
    ).map(({ Name }) => Name)
  }

  async function containersOf(label: string, signal: AbortSignal | undefined) {
    const listed = await ask(idsAnswer, signal, (abortSignal) =>
      docker.listContainers({ all: true, filters: { label: [label] }, abortSignal }),
    )
    return listed.map(({ Id }) => Id)
  }

  async function removeVolume(drill: string, name: string, signal?: AbortSignal): Promise<void> {
    mustBeDrill(drill)
    if (!(await volumesOf(drill, signal)).includes(name)) return
    await ifThere(async () => {
      const volume = docker.getVolume(name)
      const { Name, Labels } = await ask(volumeAnswer, signal, (abortSignal) =>
        volume.inspect({ abortSignal }),
      )
      if (Name !== name || Labels[drillLabel] !== drill) {
        throw new EngineFailure('invalid', `Volume ${name} is none of a drill, and stays.`)
      }
      // Without force: the engine refuses while anybody has it mounted.
      await ask(anyAnswer, signal, (abortSignal) => volume.remove({ abortSignal }))
    })
  }

  return {
    async image(candidates, signal): Promise<ScratchImage> {
      for (const name of candidates) {
        try {
          const { id, program } = await imageOf(name, signal)
          return { id, program }
        } catch (error) {
          if (statusOf(error) !== 404) throw error
        }
      }
      const name = candidates.at(-1)
      throw new EngineFailure(
        'not-found',
        `The engine at ${endpoint} has no image ${name}, and a drill pulls none: docker pull ${name} gets it.`,
      )
    },
    async createVolume(drill, what, signal) {
      mustBeDrill(drill)
      const name = `${volumePrefix(drill)}${what}`
      signal.throwIfAborted()
      // Not to be broken off: the engine would make it all the same, after everything was removed.
      await ask(anyAnswer, undefined, (abortSignal) =>
        docker.createVolume({
          _query: {},
          _body: { Name: name, Driver: 'local', Labels: { [drillLabel]: drill } },
          abortSignal,
        } as Docker.VolumeCreateOptions),
      )
      return name
    },
    async createContainer({ drill, what, program, args, user, volume, ...wanted }, signal) {
      mustBeDrill(drill)
      const image = await imageOf(wanted.image, signal)
      // The labels of an image that Compose has built would make it one of the project's containers.
      const notTheirs = Object.fromEntries(
        Object.keys(image.labels)
          .filter((label) => label.startsWith('com.docker.compose.'))
          .map((label) => [label, '']),
      )
      const body = {
        Image: image.id,
        Entrypoint: [program],
        Cmd: [...args],
        User: user,
        // With a terminal its output comes as it is, and not in frames.
        Tty: true,
        Labels: { ...notTheirs, [helperLabel]: drill, [drillLabel]: drill },
        Healthcheck: { Test: ['NONE'] },
        NetworkDisabled: true,
        HostConfig: {
          NetworkMode: 'none',
          RestartPolicy: { Name: 'no' },
          CapDrop: ['ALL'],
          // Root of the container reads what belongs to whoever wrote it.
          CapAdd: ['DAC_OVERRIDE'],
          SecurityOpt: ['no-new-privileges'],
          Mounts: [
            ...(volume
              ? [
                  {
                    Type: 'volume',
                    Source: volume.name,
                    Target: volume.destination,
                    VolumeOptions: { NoCopy: true },
                  },
                ]
              : []),
            // Where something is mounted, the engine makes no volume of the image's own.
            ...image.volumes
              .filter((path) => path !== volume?.destination)
              .map((path) => ({ Type: 'tmpfs', Target: path })),
          ],
        },
      }
      signal.throwIfAborted()
      const { id } = await ask(createdAnswer, undefined, (abortSignal) =>
        docker.createContainer({
          _query: { name: `odin-sentinel-drill-${drill}-${what}` },
          _body: body,
          abortSignal,
        } as unknown as Docker.ContainerCreateOptions),
      )
      return id
    },
    async output(containerId, signal) {
      const said = await ask(anyAnswer, signal, (abortSignal) =>
        docker
          .getContainer(containerId)
          .logs({ stdout: true, stderr: true, tail: shownLines, abortSignal }),
      )
      return String(said).replaceAll('\r', '')
    },
    async ended(containerId, signal) {
      const { StatusCode } = await ask(
        waitAnswer,
        signal,
        (abortSignal) => docker.getContainer(containerId).wait({ abortSignal }),
        endPatienceMs,
      )
      return { exitCode: StatusCode }
    },
    removeVolume,
    async removeAll(drill, signal) {
      mustBeDrill(drill)
      // Helpers that filled its volumes carry its id as well.
      const containers = await containersOf(`${helperLabel}=${drill}`, signal)
      for (const id of containers) {
        await ifThere(() =>
          ask(anyAnswer, signal, (abortSignal) =>
            docker.getContainer(id).remove({ force: true, abortSignal }),
          ),
        )
      }
      const volumes = await volumesOf(drill, signal)
      for (const name of volumes) await removeVolume(drill, name, signal)
      return { containers: containers.length, volumes: volumes.length }
    },
    async left(signal) {
      const { Volumes } = await ask(volumesAnswer, signal, (abortSignal) =>
        docker.listVolumes({ filters: { label: [drillLabel] }, abortSignal } as object),
      )
      const containers = await containersOf(drillLabel, signal)
      return { containers, volumes: Volumes.map(({ Name }) => Name) }
    },
    close: () => agent.destroy(),
  }
}

function mustBeDrill(drill: string): void {
  if (!drillId.test(drill)) throw new Error(`"${drill}" is no drill of ours.`)
}

/** 404: it is gone; 409: somebody else is removing the container. */
async function ifThere(call: () => Promise<unknown>): Promise<void> {
  try {
    await call()
  } catch (error) {
    const status = statusOf(error)
    const isBeingRemoved = status === 409 && /removal.*in progress/i.test((error as Error).message)
    if (status !== 404 && !isBeingRemoved) throw error
  }
}
