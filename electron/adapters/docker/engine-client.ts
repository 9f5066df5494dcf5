import { addAbortSignal, type Readable } from 'node:stream'
import type Docker from 'dockerode'
import type { Container } from '../../../shared/domain/container.ts'
import type { Engine } from '../../../shared/domain/engine.ts'
import { containerFromInspect, helperLabel, projectLabel } from './container-from-inspect.ts'
import {
  type EngineAnswer,
  engineAnswer,
  eventAnswer,
  inspectAnswer,
  type ListedContainer,
  listAnswer,
  versionAnswer,
} from './engine-answers.ts'
import { askerOf, dockerOver, limitTo, statusOf, usualPatienceMs } from './engine-call.ts'
import { EngineFailure, engineFailure } from './engine-failure.ts'
import { kindOfEngine } from './engine-kind.ts'
import { Inspections } from './inspections.ts'
import type { EngineTarget } from './target.ts'
import { EngineAgent } from './transport.ts'

export type ContainerEvent = {
  action: string
  containerId: string
  at: number
  attributes: Readonly<Record<string, string>>
}

type EventListener = {
  /** The engine has accepted: from now on nothing is missed. */
  opened: () => void
  event: (event: ContainerEvent) => void
}

/**
 * One engine behind one endpoint. Every call gives up after a while, rejects with an
 * `EngineFailure` that a person can read, and never asks anything that changes the engine.
 */
export interface EngineClient {
  readonly endpoint: string
  look(signal?: AbortSignal): Promise<Engine>
  /** All containers of these compose projects, running or not. `diedAt` is left empty. */
  containers(projects: readonly string[], signal?: AbortSignal): Promise<readonly Container[]>
  allComposeContainers(signal?: AbortSignal): Promise<readonly Container[]>
  /**
   * Container events from `since` (epoch milliseconds) on, until the stream ends (resolves)
   * or breaks (rejects). May be silent for days.
   */
  events(listener: EventListener, signal: AbortSignal, since?: number): Promise<void>
  close(): void
}

type EngineOptions = { env?: NodeJS.ProcessEnv; giveUpAfterMs?: number }

/** Without these names a busy healthcheck sends three events with its whole command each time. */
const eventNames = [
  'create',
  'start',
  'die',
  'stop',
  'kill',
  'oom',
  'pause',
  'unpause',
  'restart',
  'rename',
  'update',
  'destroy',
  'health_status',
]

const inspectsAtOnce = 6

export function connectEngine(target: EngineTarget, options: EngineOptions = {}): EngineClient {
  const { endpoint } = target
  const env = options.env ?? process.env
  const giveUpAfterMs = options.giveUpAfterMs ?? usualPatienceMs(target)
  const requests = new EngineAgent(target, env, true)
  const docker = dockerOver(requests, target)
  const inspections = new Inspections()

  const ask = askerOf(endpoint, giveUpAfterMs)

  async function look(signal?: AbortSignal): Promise<Engine> {
    const [info, version] = await Promise.all([
      ask(engineAnswer, signal, (abortSignal) => call(docker.info, { abortSignal })),
      ask(versionAnswer, signal, (abortSignal) => call(docker.version, { abortSignal })),
    ])
    // Docker Desktop's proxy sends an /info with nothing but a label while nobody is behind it.
    if (info.ServerVersion === '') {
      throw new EngineFailure('invalid', `The engine at ${endpoint} answered without a version.`)
    }
    const kind = kindOfEngine(info, version, endpoint)
    // Podman has no ID of its own and makes one up for every call [not verified].
    const id = kind === 'podman' ? `podman:${info.Name}:${info.DockerRootDir}` : info.ID
    if (id === '') {
      throw new EngineFailure('invalid', `The engine at ${endpoint} answered without an ID.`)
    }
    return {
      id,
      kind,
      name: info.Name,
      version: info.ServerVersion,
      apiVersion: version.ApiVersion,
      operatingSystem: info.OperatingSystem,
      ...(info.Runtimes && { gpuRuntime: handsOutGpus(info) }),
    }
  }

  function call(method: unknown, given: object): Promise<unknown> {
    // @types/dockerode 4.0.2 does not know that info and version take an abort signal.
    return (method as (given: object) => Promise<unknown>).call(docker, given)
  }

  async function list(label: string, signal: AbortSignal | undefined) {
    const listed = await ask(listAnswer, signal, (abortSignal) =>
      docker.listContainers({ all: true, filters: { label: [label] }, abortSignal }),
    )
    // A helper has the labels of the image it was made from, Compose's own among them.
    return listed.filter(({ Labels }) => !Object.hasOwn(Labels, helperLabel))
  }

  /** Undefined when the container went away between the list and this. */
  async function inspect(listed: ListedContainer, signal?: AbortSignal) {
    const keep = inspections.mark()
    try {
      const answer = await ask(inspectAnswer, signal, (abortSignal) =>
        docker.getContainer(listed.Id).inspect({ abortSignal }),
      )
      const container = containerFromInspect(answer)
      keep(listed, container)
      return container
    } catch (error) {
      if (statusOf(error) === 404) return undefined
      throw error
    }
  }

  async function inspectAll(
    listed: readonly ListedContainer[],
    signal: AbortSignal | undefined,
    recall: (listed: ListedContainer) => Container | undefined,
  ): Promise<Container[]> {
    const found: Array<Container | undefined> = listed.map(recall)
    const missing = [...listed.keys()].filter((index) => found[index] === undefined)
    const next = missing.values()
    await Promise.all(
      Array.from({ length: Math.min(inspectsAtOnce, missing.length) }, async () => {
        for (const index of next) {
          found[index] = await inspect(listed[index] as ListedContainer, signal)
        }
      }),
    )
    return found.filter((container) => container !== undefined).sort(byName)
  }

  return {
    endpoint,
    look,
    async containers(projects, signal) {
      // Label filters narrow each other down, so each project has a list of its own.
      const lists = await Promise.all(
        [...new Set(projects)].map((project) => list(`${projectLabel}=${project}`, signal)),
      )
      const listed = lists.flat()
      inspections.prune(listed)
      return inspectAll(listed, signal, (one) => inspections.recall(one))
    },
    async allComposeContainers(signal) {
      return inspectAll(await list(projectLabel, signal), signal, () => undefined)
    },
    async events(listener, signal, since) {
      const agent = new EngineAgent(target, env, false)
      const limit = limitTo(giveUpAfterMs, signal)
      try {
        const filters = { type: ['container'], event: eventNames }
        const stream = (await dockerOver(agent, target).getEvents({
          filters,
          abortSignal: limit.signal,
          ...(since !== undefined && { since: Math.floor(since / 1000) }),
        } as Docker.GetEventsOptions)) as Readable
        limit.clear()
        inspections.streamOpened()
        try {
          await readEvents(addAbortSignal(signal, stream), listener, inspections)
        } finally {
          inspections.streamClosed()
        }
      } catch (error) {
        if (!signal.aborted) throw engineFailure(endpoint, error)
      } finally {
        limit.clear()
        agent.destroy()
      }
    },
    close: () => requests.destroy(),
  }
}

async function readEvents(stream: Readable, listener: EventListener, inspections: Inspections) {
  listener.opened()
  let rest = ''
  stream.setEncoding('utf8')
  for await (const chunk of stream) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const event = eventIn(line)
      if (event === undefined) continue
      inspections.touch(event.containerId)
      listener.event(event)
    }
  }
}

function eventIn(line: string): ContainerEvent | undefined {
  // U+001E begins a record where the engine has chosen application/json-seq (API 1.52).
  const text = line.replaceAll('\u001e', '').trim()
  if (text === '') return undefined
  const { success, data } = eventAnswer.safeParse(JSON.parse(text))
  if (!success) return undefined
  return {
    action: data.Action,
    containerId: data.Actor.ID,
    at: Math.floor(data.timeNano / 1e6),
    attributes: data.Actor.Attributes,
  }
}

const byName = (a: Container, b: Container): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0

/** NVIDIA's runtime, or since API 1.50 a card found by CDI (`nvidia.com/gpu=all`). */
const handsOutGpus = ({ Runtimes, DiscoveredDevices }: EngineAnswer): boolean =>
  Object.hasOwn(Runtimes ?? {}, 'nvidia') ||
  DiscoveredDevices.some(({ ID }) => ID.startsWith('nvidia.com/gpu'))
