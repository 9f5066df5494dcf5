import { z } from 'zod'
import type { Step } from '../../../shared/plan/plan.ts'
import type { ContainerUpClose, EngineHands } from '../../adapters/docker/hands/engine-hands.ts'
import type { Op, OperationSite } from '../ops.ts'
import { readNote, writeNote } from '../step-note.ts'
import { type OpenHands, withEngine } from './with-engine.ts'

type HoldContainers = Extract<Step, { kind: 'HoldContainers' }>
type Held = HoldContainers['containers'][number]

/** What Compose gives a container by itself to end. */
const usualGraceSeconds = 10
/** As many as our hands have connections to an engine: a stop holds on to one until it is over. */
const atOnce = 6

const heldBefore = z.record(
  z.string(),
  z.object({
    running: z.boolean(),
    /** Absent where it was not. */
    paused: z.boolean().exactOptional(),
    policy: z.string(),
  }),
)
type HeldBefore = z.infer<typeof heldBefore>

/**
 * Stops containers of one engine at once. How each of them was is on disk before the first is
 * touched, so that all of them come back when it was cut off anywhere.
 */
export function holdContainersOp(open: OpenHands): Op<HoldContainers> {
  return {
    async precondition(step, { signal }) {
      await withEngine(open, step, signal, async (hands) => {
        const gone = (await look(hands, step, signal)).filter(({ found }) => !found)
        const names = gone.map(({ held }) => held.container).join(', ')
        if (gone.length === 1) throw new Error(`${names} is not on ${step.endpoint} any more.`)
        if (gone.length > 1) throw new Error(`${names} are not on ${step.endpoint} any more.`)
      })
    },
    async run(step, site) {
      await withEngine(open, step, site.signal, async (hands) => {
        const there = (await look(hands, step, site.signal)).flatMap(({ found }) => found ?? [])
        await noteBefore(step, site, there)
        await forEach(there, (one) => hold(hands, one, site.signal))
      })
    },
    async verify(step, { signal }) {
      await withEngine(open, step, signal, async (hands) => {
        const problems = (await look(hands, step, signal)).flatMap(({ held, found }) =>
          problemOf(step, held, found),
        )
        if (problems.length > 0) throw new Error(problems.join(' '))
      })
    },
    async rollback(step, site) {
      const before = await notedBefore(step, site)
      if (!before) return
      await withEngine(open, step, site.signal, async (hands) => {
        const all = await look(hands, step, site.signal)
        const there = all.flatMap(({ found }) => found ?? [])
        // Whoever lives in the network of another one needs that one up first.
        const isGuest = ({ networkMode }: ContainerUpClose) =>
          networkMode?.startsWith('container:') === true
        for (const some of [there.filter((one) => !isGuest(one)), there.filter(isGuest)]) {
          await forEach(some, (one) => letGo(hands, one, before, site.signal))
        }
        const gone = all.filter(({ held, found }) => before[held.containerId] && !found)
        const names = gone.map(({ held }) => held.container).join(', ')
        if (gone.length > 0) throw new Error(`Gone, so not to be started again: ${names}.`)
      })
    },
  }
}

type Looked = { held: Held; found: ContainerUpClose | undefined }

const look = (
  hands: EngineHands,
  { containers }: HoldContainers,
  signal: AbortSignal,
): Promise<Looked[]> =>
  Promise.all(
    containers.map(async (held) => ({
      held,
      found: await hands.container(held.containerId, signal),
    })),
  )

async function hold(
  hands: EngineHands,
  { id, restartPolicy, stopTimeoutSeconds }: ContainerUpClose,
  signal: AbortSignal,
): Promise<void> {
  // A container that was stopped starts with its engine when its policy is `always`, and
  // stays down when it is `unless-stopped` (docs.docker.com, "Start containers automatically").
  if (restartPolicy === 'always') await hands.setRestartPolicy(id, 'unless-stopped', signal)
  await hands.stop(id, stopTimeoutSeconds ?? usualGraceSeconds, signal)
}

async function letGo(
  hands: EngineHands,
  { id, restartPolicy, state }: ContainerUpClose,
  before: HeldBefore,
  signal: AbortSignal,
): Promise<void> {
  const was = before[id]
  if (!was) return
  if (was.policy === 'always' && restartPolicy !== 'always') {
    await hands.setRestartPolicy(id, 'always', signal)
  }
  // An engine starts no paused container, and pauses only one that runs.
  if (state === 'paused') return
  if (was.running || was.paused) await hands.start(id, signal)
  if (was.paused) await hands.pause(id, signal)
}

const isUp = ({ state }: ContainerUpClose): boolean => state === 'running' || state === 'restarting'
const isPaused = ({ state }: ContainerUpClose): boolean => state === 'paused'

function problemOf({ endpoint }: HoldContainers, { container }: Held, found: Looked['found']) {
  if (!found) return [`${container} is gone from ${endpoint}.`]
  if (isUp(found) || isPaused(found))
    return [`${container} is ${found.state}, expected to be stopped.`]
  if (found.restartPolicy === 'always') return [`${container} would start again with its engine.`]
  return []
}

/** One engine has one such step in a plan. */
const noteOf = ({ engineId }: HoldContainers) => `held-${engineId}`

const noteBefore = (
  step: HoldContainers,
  site: OperationSite,
  there: readonly ContainerUpClose[],
): Promise<void> => {
  const before: HeldBefore = Object.fromEntries(
    there.map((one) => [
      one.id,
      { running: isUp(one), policy: one.restartPolicy, ...(isPaused(one) && { paused: true }) },
    ]),
  )
  return writeNote(site, noteOf(step), { containers: JSON.stringify(before) })
}

async function notedBefore(
  step: HoldContainers,
  site: OperationSite,
): Promise<HeldBefore | undefined> {
  const note = await readNote(site, noteOf(step))
  return note && heldBefore.parse(JSON.parse(String(note['containers'])))
}

/**
 * Begins no more after the first that fails, and rejects once all that were begun have ended:
 * nothing goes on behind the back of whoever undoes it.
 */
async function forEach<T>(all: readonly T[], deed: (one: T) => Promise<void>): Promise<void> {
  const next = all.values()
  let failure: { error: unknown } | undefined
  const lane = async () => {
    for (const one of next) {
      await deed(one).catch((error: unknown) => {
        failure ??= { error }
      })
      if (failure) return
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, lane))
  if (failure) throw failure.error
}
