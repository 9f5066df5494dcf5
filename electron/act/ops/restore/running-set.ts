import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { Step } from '../../../../shared/plan/plan.ts'
import type { ContainerUpClose, EngineHands } from '../../../adapters/docker/hands/engine-hands.ts'
import type { Op, OperationSite } from '../../ops.ts'
import { readNote, writeNote } from '../../step-note.ts'
import { type OpenHands, withEngine } from '../with-engine.ts'

type StopServices = Extract<Step, { kind: 'StopServices' }>
type StartServices = Extract<Step, { kind: 'StartServices' }>

/** Programs that write to a disk have more to end than the ten seconds that engines give them. */
const usualGraceSeconds = 30
const betweenLooksMs = 500

const ranSchema = z.array(
  z.strictObject({
    id: z.string(),
    name: z.string(),
    project: z.string(),
    service: z.string(),
    number: z.number(),
  }),
)
export type Ran = z.infer<typeof ranSchema>[number]

const noteName = 'running-set'

/** What ran before it was stopped, in the order of starting; undefined before anything was. */
export async function runningSet(
  site: Pick<OperationSite, 'keepDirectory'>,
): Promise<readonly Ran[] | undefined> {
  const noted = (await readNote(site, noteName))?.['containers']
  return typeof noted === 'string' ? ranSchema.parse(JSON.parse(noted)) : undefined
}

/** Stops what runs of some services, and remembers what that was. */
export function stopServicesOp(open: OpenHands): Op<StopServices> {
  return {
    async precondition(step, { signal }) {
      await withEngine(open, step, signal, async (hands) => {
        for (const one of await runningOf(hands, step, signal)) {
          if (!one.autoRemove) continue
          throw new Error(
            `${one.name} would be gone once it stopped, as it was started with --rm. Stop it yourself, then look at a new plan.`,
          )
        }
      })
    },
    async run(step, site) {
      await withEngine(open, step, site.signal, async (hands) => {
        const running = await runningOf(hands, step, site.signal)
        // The first note stays: what was stopped half way is not running any more.
        await writeNote(site, noteName, { containers: JSON.stringify(running.map(ranOf)) })
        for (const one of running.toReversed()) {
          await hands.stop(one.id, one.stopTimeoutSeconds ?? usualGraceSeconds, site.signal)
        }
      })
    },
    async verify(step, { signal }) {
      await withEngine(open, step, signal, async (hands) => {
        const [one] = await runningOf(hands, step, signal)
        if (one) throw new Error(`${one.name} is ${one.state}, expected to be stopped.`)
      })
    },
    async rollback(step, site) {
      const ran = await runningSet(site)
      if (!ran) return
      await withEngine(open, step, site.signal, (hands) => startAll(hands, ran, site.signal))
    },
  }
}

/** Starts exactly what was stopped before, by whichever process. */
export function startServicesOp(open: OpenHands): Op<StartServices> {
  return {
    async precondition() {},
    async run(step, site) {
      const ran = (await runningSet(site)) ?? []
      await withEngine(open, step, site.signal, async (hands) => {
        await startAll(hands, ran, site.signal)
        await untilUp(hands, ran, step.seconds, site.signal)
      })
    },
    async verify(step, site) {
      const ran = (await runningSet(site)) ?? []
      await withEngine(open, step, site.signal, async (hands) => {
        const problems = await notUp(hands, ran, site.signal)
        if (problems.length > 0) throw new Error(problems.join(' '))
      })
    },
    /** What lies below them is about to be put back, and they must not write to it. */
    async rollback(step, site) {
      const ran = (await runningSet(site)) ?? []
      await withEngine(open, step, site.signal, async (hands) => {
        for (const one of ran.toReversed()) {
          const found = await nowOf(hands, one, site.signal)
          if (!found || !isUp(found)) continue
          await hands.stop(found.id, found.stopTimeoutSeconds ?? usualGraceSeconds, site.signal)
        }
      })
    },
  }
}

async function runningOf(
  hands: EngineHands,
  { services }: Pick<StopServices, 'services'>,
  signal: AbortSignal,
): Promise<ContainerUpClose[]> {
  const found: ContainerUpClose[] = []
  for (const { project, service } of services) {
    const own = await hands.containersOf(project, service, signal)
    found.push(...own.filter((one) => isUp(one) && !one.oneOff))
  }
  return found
}

export const isUp = ({ state }: Pick<ContainerUpClose, 'state'>): boolean =>
  state === 'running' || state === 'restarting' || state === 'paused'

const ranOf = ({ id, name, project, service, number }: ContainerUpClose): Ran => ({
  ...{ id, name, project, service, number },
})

/** Compose gives a service a new container when its file was changed. */
async function nowOf(
  hands: EngineHands,
  { id, project, service, number }: Ran,
  signal: AbortSignal,
): Promise<ContainerUpClose | undefined> {
  const same = await hands.container(id, signal)
  if (same) return same
  const others = await hands.containersOf(project, service, signal)
  return others.find((one) => one.number === number && !one.oneOff)
}

async function startAll(
  hands: EngineHands,
  ran: readonly Ran[],
  signal: AbortSignal,
): Promise<void> {
  for (const one of ran) {
    const found = await nowOf(hands, one, signal)
    if (!found) throw new Error(`${one.name} is gone, so it cannot be started again.`)
    if (!isUp(found)) await hands.start(found.id, signal)
  }
}

/** A sentence for each that does not run, or is not healthy. */
export async function notUp(
  hands: EngineHands,
  ran: readonly Ran[],
  signal: AbortSignal,
): Promise<string[]> {
  const each = await Promise.all(
    ran.map(async (one) => problemOf(one, await nowOf(hands, one, signal))),
  )
  return each.filter((problem) => problem !== undefined)
}

function problemOf({ name }: Ran, now: ContainerUpClose | undefined): string | undefined {
  if (!now) return `${name} is gone.`
  if (now.state !== 'running') {
    const why = now.error === '' ? '' : ` (${now.error})`
    return `${name} is ${now.state}, expected running${why}.`
  }
  const isWell = now.health === 'none' || now.health === 'healthy'
  return isWell ? undefined : `${name} is ${now.health}, expected healthy.`
}

async function untilUp(
  hands: EngineHands,
  ran: readonly Ran[],
  seconds: number,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000
  while ((await notUp(hands, ran, signal)).length > 0 && performance.now() < deadline) {
    await pause(betweenLooksMs, undefined, { signal })
  }
}
