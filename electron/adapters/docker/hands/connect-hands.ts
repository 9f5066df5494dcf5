import { addAbortSignal, type Readable } from 'node:stream'
import type Docker from 'dockerode'
import type { Mount } from '../../../../shared/domain/container.ts'
import { hostPath } from '../../../../shared/stack/configuration-mounts.ts'
import { isAtOrBelow } from '../../../../shared/stack/paths.ts'
import { helperLabel, projectLabel, serviceLabel } from '../container-from-inspect.ts'
import { askerOf, dockerOver, limitTo, statusOf, usualPatienceMs } from '../engine-call.ts'
import { EngineFailure, engineFailure } from '../engine-failure.ts'
import type { EngineTarget } from '../target.ts'
import { EngineAgent } from '../transport.ts'
import { readChanges } from './container-changes.ts'
import { containerUpClose } from './container-up-close.ts'
import type { ContainerUpClose, EngineHands, EngineVolume } from './engine-hands.ts'
import { freeBytesOf } from './engine-room.ts'
import {
  anyAnswer,
  closeInspectAnswer,
  environmentAnswer,
  execEndAnswer,
  identityAnswer,
  idsAnswer,
  imagesAnswer,
  pathStatAnswer,
  roomAnswer,
  volumeAnswer,
  volumesAnswer,
} from './hands-answers.ts'
import { helperMaker } from './helper-containers.ts'

type HandsOptions = { env?: NodeJS.ProcessEnv; giveUpAfterMs?: number }

/** Starting may mean that volumes of a plugin are mounted first. */
const startPatienceMs = 120_000
const execPatienceMs = 300_000
const usualOutputBytes = 4096

export function connectHands(target: EngineTarget, options: HandsOptions = {}): EngineHands {
  const { endpoint } = target
  const env = options.env ?? process.env
  const giveUpAfterMs = options.giveUpAfterMs ?? usualPatienceMs(target)
  const requests = new EngineAgent(target, env, true)
  // A stream keeps its connection for as long as it lasts, so it gets one that nobody waits for.
  const streams = new EngineAgent(target, env, false)
  const docker = dockerOver(requests, target)
  const streaming = dockerOver(streams, target)
  const ask = askerOf(endpoint, giveUpAfterMs)
  const makers = helperMaker(docker, ask, endpoint)

  const hands: EngineHands = {
    endpoint,
    async identity(signal) {
      const said = await ask(identityAnswer, signal, info)
      const now = Date.parse(said.SystemTime)
      return { id: said.ID, version: said.ServerVersion, now: now > 0 ? now : Date.now() }
    },
    async freeBytes(signal) {
      return freeBytesOf(endpoint, await ask(roomAnswer, signal, info))
    },
    container: (id, signal) => inspect(id, signal),
    async environment(id, signal) {
      const answer = await ifThere(() =>
        ask(environmentAnswer, signal, (abortSignal) =>
          docker.getContainer(id).inspect({ abortSignal }),
        ),
      )
      return answer && new Map(answer.Config.Env.map(variableOf))
    },
    async containersOf(project, service, signal) {
      const label = [`${projectLabel}=${project}`, `${serviceLabel}=${service}`]
      return inspectAll(await list({ label }, signal), signal)
    },
    async containersOfServices(project, services, signal) {
      const all = await list({ label: [`${projectLabel}=${project}`] }, signal)
      const own = all.filter(({ Labels }) => services.includes(Labels[serviceLabel] ?? ''))
      return inspectAll(own, signal)
    },
    async changesIn(project, changed, signal) {
      const limit = limitTo(giveUpAfterMs, signal)
      try {
        await readChanges(streaming, project, { changed, opening: limit, signal })
      } catch (error) {
        if (!signal.aborted) throw engineFailure(endpoint, withWords(error))
      } finally {
        limit.clear()
      }
    },
    async containersUsing(volume, signal) {
      return inspectAll(await list({ volume: [volume] }, signal), signal)
    },
    async containersWritingTo(directory, signal) {
      // The engine's filter `volume` knows names and places in the container, not sources of binds.
      const active = await list({ status: ['running', 'restarting', 'paused'] }, signal)
      return (await inspectAll(active, signal)).filter(({ mounts }) =>
        mounts.some((mount) => isWritten(mount, directory)),
      )
    },
    async inItsNetwork(id, signal) {
      const running = await list({ status: ['running'] }, signal)
      return running
        .filter(({ HostConfig }) => HostConfig?.NetworkMode === `container:${id}`)
        .map(({ Names, Id }) => Names[0]?.replace(/^\//, '') ?? Id)
    },
    async stop(id, graceSeconds, signal) {
      const patienceMs = graceSeconds * 1000 + 60_000
      await already(() =>
        ask(
          anyAnswer,
          signal,
          (abortSignal) => docker.getContainer(id).stop({ t: graceSeconds, abortSignal }),
          patienceMs,
        ),
      )
    },
    async start(id, signal) {
      await already(() =>
        ask(
          anyAnswer,
          signal,
          (abortSignal) => docker.getContainer(id).start({ abortSignal }),
          startPatienceMs,
        ),
      )
    },
    async pause(id, signal) {
      await ask(anyAnswer, signal, (abortSignal) => docker.getContainer(id).pause({ abortSignal }))
    },
    async setRestartPolicy(id, policy, signal) {
      await ask(anyAnswer, signal, (abortSignal) =>
        docker.getContainer(id).update({
          RestartPolicy: { Name: policy },
          abortSignal,
        } as object),
      )
    },
    exec,
    async images(signal) {
      const all = await ask(imagesAnswer, signal, (abortSignal) =>
        docker.listImages({ abortSignal }),
      )
      return all.flatMap(({ RepoTags }) => RepoTags)
    },
    async volumes(signal) {
      const { Volumes } = await ask(volumesAnswer, signal, (abortSignal) =>
        docker.listVolumes({ abortSignal }),
      )
      return Volumes.map(volumeOf).sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    async volume(name, signal) {
      const answer = await ifThere(() =>
        ask(volumeAnswer, signal, (abortSignal) => docker.getVolume(name).inspect({ abortSignal })),
      )
      return answer && volumeOf(answer)
    },
    async createVolume({ name, driver, options: driverOptions, labels }, signal) {
      // The engine answers 201 for a volume that has been there all along.
      if (await hands.volume(name, signal))
        throw new EngineFailure(
          'invalid',
          `The engine at ${endpoint} has a volume ${name} already.`,
        )
      await ask(anyAnswer, signal, (abortSignal) =>
        docker.createVolume({
          _query: {},
          _body: { Name: name, Driver: driver, DriverOpts: driverOptions, Labels: labels },
          abortSignal,
        } as Docker.VolumeCreateOptions),
      )
      const made = await hands.volume(name, signal)
      if (made) return made
      throw new EngineFailure('other', `The engine at ${endpoint} made no volume ${name}.`)
    },
    createHelper: makers.createHelper,
    runHelper: makers.runHelper,
    startHelper: makers.startHelper,
    removeHelper: makers.removeHelper,
    async helpers(signal) {
      const listed = await ask(idsAnswer, signal, (abortSignal) =>
        docker.listContainers({ all: true, filters: { label: [helperLabel] }, abortSignal }),
      )
      return listed.map(({ Id, Labels, Created }) => ({
        containerId: Id,
        id: Labels[helperLabel] ?? '',
        createdAt: (Created ?? 0) * 1000,
      }))
    },
    async readArchive(containerId, path, signal) {
      const limit = limitTo(startPatienceMs, signal)
      try {
        const stream = await streaming
          .getContainer(containerId)
          .getArchive({ path, abortSignal: limit.signal })
        return addAbortSignal(signal, stream as Readable)
      } catch (error) {
        throw engineFailure(endpoint, withWords(error))
      } finally {
        limit.clear()
      }
    },
    async writeArchive(containerId, path, tar, signal) {
      try {
        await streaming.getContainer(containerId).putArchive(tar, { path, abortSignal: signal })
      } catch (error) {
        throw engineFailure(endpoint, error)
      } finally {
        // Refused before it was read to its end.
        tar.destroy()
      }
    },
    async statPath(containerId, path, signal) {
      return ifThere(async () => {
        const answer = await ask(anyAnswer, signal, async (abortSignal) => {
          const response = (await docker
            .getContainer(containerId)
            .infoArchive({ path, abortSignal })) as unknown as Readable & {
            headers: Record<string, string | undefined>
          }
          response.resume()
          const encoded = response.headers['x-docker-container-path-stat'] ?? ''
          return JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'))
        })
        const { size, mtime, linkTarget } = pathStatAnswer.parse(answer)
        return { sizeBytes: size, mtime, linkTarget }
      })
    },
    close() {
      requests.destroy()
      streams.destroy()
    },
  }

  function info(abortSignal: AbortSignal): Promise<unknown> {
    // @types/dockerode 4.0.2 does not know that info takes an abort signal.
    return (docker.info as (given: object) => Promise<unknown>).call(docker, { abortSignal })
  }

  async function list(filters: Record<string, string[]>, signal: AbortSignal | undefined) {
    const listed = await ask(idsAnswer, signal, (abortSignal) =>
      docker.listContainers({ all: true, filters, abortSignal }),
    )
    return listed.filter(({ Labels }) => !Object.hasOwn(Labels, helperLabel))
  }

  async function inspect(id: string, signal?: AbortSignal): Promise<ContainerUpClose | undefined> {
    const answer = await ifThere(() =>
      ask(closeInspectAnswer, signal, (abortSignal) =>
        docker.getContainer(id).inspect({ abortSignal }),
      ),
    )
    return answer && containerUpClose(answer)
  }

  async function inspectAll(listed: readonly { Id: string }[], signal?: AbortSignal) {
    const all = await Promise.all(listed.map(({ Id }) => inspect(Id, signal)))
    return all
      .filter((one) => one !== undefined)
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  }

  async function exec(
    id: string,
    command: readonly string[],
    signal?: AbortSignal,
    { mostOutputBytes = usualOutputBytes }: { mostOutputBytes?: number } = {},
  ): Promise<{ exitCode: number; output: string }> {
    const made = (await ask(anyAnswer, signal, (abortSignal) =>
      // With a terminal its output comes as it is, and not in frames.
      streaming.getContainer(id).exec({
        Cmd: [...command],
        AttachStdout: true,
        AttachStderr: true,
        Tty: true,
        abortSignal,
      }),
    )) as Docker.Exec
    const limit = limitTo(execPatienceMs, signal)
    let output = ''
    try {
      const stream = await made.start({ Tty: true, abortSignal: limit.signal })
      for await (const chunk of addAbortSignal(limit.signal, stream as unknown as Readable))
        if (output.length < mostOutputBytes) output += String(chunk)
    } catch (error) {
      throw engineFailure(endpoint, withWords(error))
    } finally {
      limit.clear()
    }
    const end = await ask(execEndAnswer, signal, (abortSignal) => made.inspect({ abortSignal }))
    const exitCode = end.ExitCode ?? -1
    // What runc says when there is no such program, or it may not be run.
    if (exitCode === 126 || exitCode === 127)
      throw new EngineFailure('not-found', `The container has no program ${command[0]}.`)
    return { exitCode, output: output.trim() }
  }

  return hands
}

const volumeOf = (said: {
  Name: string
  Driver: string
  Options: Record<string, string>
  Labels: Record<string, string>
  CreatedAt: string
}): EngineVolume => ({
  name: said.Name,
  driver: said.Driver,
  options: said.Options,
  labels: said.Labels,
  createdAt: said.CreatedAt,
})

function variableOf(said: string): [string, string] {
  const [name = ''] = said.split('=', 1)
  return [name, said.slice(name.length + 1)]
}

/** 304: it is in that state already. */
async function already(call: () => Promise<unknown>): Promise<void> {
  try {
    await call()
  } catch (error) {
    if (statusOf(error) !== 304) throw error
  }
}

async function ifThere<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call()
  } catch (error) {
    if (statusOf(error) === 404) return undefined
    throw error
  }
}

/** Where an answer is a stream, docker-modem 5.0.7 gives the engine's words in the message alone. */
function withWords(error: unknown): unknown {
  const cause = error as { statusCode?: number; json?: unknown; message: string }
  if (cause.statusCode === undefined || cause.json) return error
  const [, said] = /^\(HTTP code \d+\) [^-]*- (.*)$/s.exec(cause.message) ?? []
  return Object.assign(cause, { json: { message: said?.trim() ?? '' } })
}

/** Who has the whole machine mounted looks after it, and is not who has its data there. */
function isWritten({ type, source, readOnly }: Mount, directory: string): boolean {
  const [mounted, path] = [hostPath(source), hostPath(directory)]
  if (type !== 'bind' || readOnly || mounted === '/') return false
  return isAtOrBelow(mounted, path) || isAtOrBelow(path, mounted)
}
