import { basename, dirname } from 'node:path'
import type { Container } from '../../../shared/domain/container.ts'
import type { Engine } from '../../../shared/domain/engine.ts'
import { lastSeen, type Reading, unknown } from '../../../shared/domain/reading.ts'
import type { EngineClient } from '../../adapters/docker/engine-client.ts'
import { backOff } from '../back-off.ts'
import { watchDirectory } from '../directory-watch.ts'
import { containerWatcher } from './containers.ts'
import { rememberedMs } from './deaths.ts'
import { engineWatcher } from './engine.ts'
import { eventStream } from './event-stream.ts'

type Sight = { engine: Reading<Engine>; containers: Reading<readonly Container[]> }

type EndpointWatchParts = {
  endpoint: string
  /** Makes a connection; asked anew after a failure, since keys and certificates may change. */
  connect: () => Promise<EngineClient>
  projects: () => readonly string[]
  changed: () => void
  now: () => number
  random: () => number
}

/** Everything that is kept in view behind one endpoint. */
export interface EndpointWatch {
  sight(): Sight
  /** What was seen of the containers does not answer the question any more. */
  projectsChanged(): void
  lookNow(): Promise<void>
  stop(): Promise<void>
}

const engineEveryMs = 30_000
const containersEveryMs = 60_000
const unixSocket = 'unix://'

export function watchEndpoint(parts: EndpointWatchParts): EndpointWatch {
  const { endpoint, now, random } = parts
  const path = endpoint.startsWith(unixSocket) ? endpoint.slice(unixSocket.length) : undefined
  const client = reconnecting(parts.connect)
  const pending = <T>(last?: T): Reading<T> =>
    unknown({ code: 'pending', message: `${endpoint} has not been looked at yet.` }, now(), last)

  const stream = eventStream({
    client: client.get,
    // A socket on this machine costs nothing to try.
    backOff: backOff({ firstMs: 500, mostMs: path ? 4000 : 15_000, random }),
    replayMs: rememberedMs,
    now,
  })
  const common = { endpoint, client: client.get, stream, now }
  const engines = engineWatcher({ ...common, everyMs: engineEveryMs })
  const containers = containerWatcher({
    ...common,
    projects: parts.projects,
    everyMs: containersEveryMs,
  })
  const sight: Sight = { engine: pending(), containers: pending() }
  let projectsSeen = parts.projects()

  const socket =
    path === undefined
      ? undefined
      : watchDirectory(dirname(path), (entry) => {
          if (entry === undefined || entry === basename(path)) stream.retryNow()
        })

  engines.start((engine) => {
    if (engine.status === 'unknown') client.drop()
    sight.engine = engine
    parts.changed()
  })
  containers.start((reading) => {
    sight.containers = reading
    parts.changed()
  })
  stream.start()
  void socket?.check()

  return {
    sight() {
      const { engine } = sight
      if (engine.status === 'known') return { ...sight }
      // Containers of an engine that does not answer are not known, whatever was seen last.
      const last = lastSeen(sight.containers)
      return { engine, containers: unknown(engine.failure, engine.observedAt, last) }
    },
    projectsChanged() {
      const asked = parts.projects()
      const isCovered = asked.every((project) => projectsSeen.includes(project))
      projectsSeen = asked
      if (!isCovered) sight.containers = pending(lastSeen(sight.containers))
      void containers.lookNow()
    },
    async lookNow() {
      await socket?.check()
      await Promise.all([engines.lookNow(), containers.lookNow()])
    },
    async stop() {
      socket?.stop()
      await Promise.all([stream.stop(), engines.stop(), containers.stop()])
      client.drop()
    },
  }
}

/** One connection, shared until it is dropped. */
function reconnecting(connect: () => Promise<EngineClient>) {
  let current: Promise<EngineClient> | undefined
  return {
    get(): Promise<EngineClient> {
      current ??= Promise.resolve().then(connect)
      return current
    },
    drop(): void {
      current?.then(
        (client) => client.close(),
        () => {},
      )
      current = undefined
    },
  }
}
