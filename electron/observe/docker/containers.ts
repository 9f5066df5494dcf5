import type { Container } from '../../../shared/domain/container.ts'
import { isJustKilled } from '../../../shared/domain/just-killed.ts'
import type { EngineClient } from '../../adapters/docker/engine-client.ts'
import { backOff } from '../back-off.ts'
import { type Watcher, watcher } from '../watcher.ts'
import { Deaths } from './deaths.ts'
import type { EventStream } from './event-stream.ts'

/** One `docker stop` makes three events within a few milliseconds. */
const settleMs = 20

/** Keeps the containers of the guarded compose projects on one engine in view. */
export function containerWatcher(parts: {
  endpoint: string
  client: () => Promise<EngineClient>
  stream: EventStream
  projects: () => readonly string[]
  everyMs: number
  now: () => number
}): Watcher<readonly Container[]> {
  const deaths = new Deaths()
  // A start that fails (a port is taken) leaves its error in the container and sends no event,
  // and memory that ran out may be said a moment after the death, without one.
  const untold = backOff({ firstMs: 1000, mostMs: parts.everyMs, random: () => 1 })
  let lookAgain: (() => void) | undefined
  let followUp: NodeJS.Timeout | undefined

  function followUntold(containers: readonly Container[]): void {
    clearTimeout(followUp)
    const isUntold = (one: Container) =>
      one.state === 'created' || one.state === 'removing' || isJustKilled(one, parts.now())
    if (!containers.some(isUntold)) return
    followUp = setTimeout(() => lookAgain?.(), untold.next())
  }

  /** An answer for projects that are not the wanted ones any more would be a false one. */
  async function containersOf(client: EngineClient, signal: AbortSignal) {
    for (;;) {
      const projects = parts.projects()
      const containers = await client.containers(projects, signal)
      if (projects.join('\n') === parts.projects().join('\n')) return containers
    }
  }

  return watcher({
    source: `the containers at ${parts.endpoint}`,
    async look(signal) {
      const client = await parts.client()
      const containers = await containersOf(client, signal)
      if (lookAgain) followUntold(containers)
      const now = parts.now()
      deaths.forgetOld(now)
      return containers.map((one) => ({ ...one, diedAt: deaths.of(one.id, now) }))
    },
    hints(again) {
      lookAgain = again
      const stopTurns = parts.stream.onTurn(() => {
        // An engine that goes down ends its containers: those deaths are its own, and no crash
        // loop. Real ones come again with the replay of the next stream.
        if (!parts.stream.isOpen) deaths.forgetAll()
        again()
      })
      const stopEvents = parts.stream.onEvent((event) => {
        deaths.note(event)
        untold.reset()
        again()
      })
      return () => {
        lookAgain = undefined
        clearTimeout(followUp)
        stopTurns()
        stopEvents()
      }
    },
    settleMs,
    everyMs: parts.everyMs,
    now: parts.now,
  })
}
