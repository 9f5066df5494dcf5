import { sentenceOf } from '../../../../shared/kit/sentence-of.ts'
import type { ContainerUpClose } from '../../../adapters/docker/hands/engine-hands.ts'
import { type EngineParts, nameOf } from './engine-parts.ts'
import type { PendingNote, PendingOf } from './pending-cleanups.ts'
import { startAgain } from './start-again.ts'

type Stopping = PendingOf<'start-container'>

/** Programs that write to a disk have more to end than the ten seconds that engines give them. */
const usualGraceSeconds = 30

export type Quieted = {
  /** As they are named to a person. */
  stopped: readonly string[]
  /** Starts what was stopped and is still as we left it. Rejects when one cannot be started. */
  startAgain(): Promise<void>
}

export const isActive = ({ state }: ContainerUpClose): boolean =>
  state === 'running' || state === 'restarting' || state === 'paused'

/** Why these cannot be stopped for a while; undefined where all of them can. */
export async function whyNotStop(
  { hands, mayStop }: EngineParts,
  users: readonly ContainerUpClose[],
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const user of users) {
    const name = nameOf(user)
    if (!mayBeStopped(user, mayStop)) return `${name} may not be stopped for it`
    if (user.state === 'paused') return `${name} is paused`
    if (user.autoRemove) return `${name} would be gone once it stopped`
    const [other] = await hands.inItsNetwork(user.id, signal)
    if (other !== undefined) return `${other} lives in the network of ${name}`
  }
  return undefined
}

export const mayBeStopped = (
  { project, service, oneOff }: Pick<ContainerUpClose, 'project' | 'service' | 'oneOff'>,
  mayStop: readonly string[],
): boolean =>
  service !== '' &&
  !oneOff &&
  (mayStop.includes(service) || mayStop.includes(`${project}/${service}`))

/** Stops all of them, or rejects with none stopped. What was stopped is noted before. */
export async function quiesce(
  parts: EngineParts,
  users: readonly ContainerUpClose[],
  signal: AbortSignal,
): Promise<Quieted> {
  const { hands, pending, engine } = parts
  const stopped: { change: Stopping; note: PendingNote<Stopping> }[] = []

  async function putBack(): Promise<void> {
    const failures: string[] = []
    for (const one of stopped.splice(0).reverse()) {
      try {
        await startAgain(hands, one.change)
        await one.note.done()
      } catch (error) {
        const name = nameOf(one.change.container)
        const why = sentenceOf(error)
        failures.push(
          `${name} was stopped for the backup and could not be started again: ${why} It is tried again with the next run.`,
        )
      }
    }
    if (failures.length > 0) throw new Error(failures.join(' '))
  }

  const isIn = users.filter(({ state }) => state === 'running' || state === 'restarting')
  try {
    for (const user of isIn) {
      signal.throwIfAborted()
      const graceSeconds = user.stopTimeoutSeconds ?? usualGraceSeconds
      const { id, name, project, service, number } = user
      const change: Stopping = {
        kind: 'start-container',
        container: { id, name, project, service, number },
        startedStamp: user.startedStamp,
        engineNow: (await hands.identity(signal)).now,
        graceSeconds,
      }
      const one = { change, note: await pending.note(engine, change) }
      stopped.push(one)
      // Not to be broken off: whether it was stopped would not be known.
      await hands.stop(id, graceSeconds)
      const after = await hands.container(id)
      if (after && !isActive(after)) {
        one.change = {
          ...change,
          startedStamp: after.startedStamp,
          finishedStamp: after.finishedStamp,
        }
        await one.note.update(one.change)
      }
    }
  } catch (error) {
    await putBack()
    throw error
  }
  return { stopped: isIn.map(nameOf), startAgain: putBack }
}
