import { setTimeout as pause } from 'node:timers/promises'
import type { Step } from '../../../shared/plan/plan.ts'
import type { ContainerUpClose, EngineHands } from '../../adapters/docker/hands/engine-hands.ts'
import type { Op } from '../ops.ts'
import { type OpenHands, withEngine } from './with-engine.ts'

type BringUp = Extract<Step, { kind: 'BringUp' }>

type Start = Pick<BringUp, 'context' | 'project' | 'workingDir' | 'files' | 'envFiles' | 'services'>

/** `docker compose up -d` for these services of one project. */
export type ComposeUp = (start: Start, signal: AbortSignal) => Promise<void>

/** The process of a `ComposeUp` of this start that still runs; a killed one leaves it behind. */
export type ComposeRunning = (start: Start) => Promise<number | undefined>

type BringUpParts = {
  openHands: OpenHands
  composeUp: ComposeUp
  composeRunning: ComposeRunning
}

/** The engine tells of every change; this is for what it does not tell. */
const slowLookMs = 1_000
/** Nobody tells when a process ends that is not ours. */
const betweenProcessLooksMs = 100
const stopGraceSeconds = 10

export function bringUpOp({ openHands, composeUp, composeRunning }: BringUpParts): Op<BringUp> {
  /** Two that bring up the same would be in each other's way, and one would go on behind a rollback. */
  async function untilAlone(step: BringUp, signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + step.seconds * 1000
    for (;;) {
      const pid = await composeRunning(step)
      if (pid === undefined) return
      if (performance.now() > deadline) {
        throw new Error(
          `${stillRuns(step, pid)} It has not ended within ${step.seconds} s: end it, or wait for it, and try again.`,
        )
      }
      await pause(betweenProcessLooksMs, undefined, { signal })
    }
  }

  return {
    async precondition(step, { signal }) {
      await withEngine(openHands, step, signal, async () => {})
    },
    async run(step, { signal }) {
      await untilAlone(step, signal)
      await composeUp(step, signal)
      await withEngine(openHands, step, signal, (hands) => untilUp(hands, step, signal))
    },
    async verify(step, { signal }) {
      const pid = await composeRunning(step)
      if (pid !== undefined) throw new Error(stillRuns(step, pid))
      const problems = await withEngine(openHands, step, signal, (hands) =>
        notUp(hands, step, signal),
      )
      if (problems.length > 0) throw new Error(inWords(problems))
    },
    /** What was down when the plan was made is stopped again; containers and volumes stay. */
    async rollback(step, { signal }) {
      await untilAlone(step, signal)
      await withEngine(openHands, step, signal, async (hands) => {
        const all = await ofStart(hands, step, signal)
        for (const service of [...step.down].reverse()) {
          for (const { id, stopTimeoutSeconds } of all.filter((one) => one.service === service)) {
            await hands.stop(id, stopTimeoutSeconds ?? stopGraceSeconds, signal)
          }
        }
      })
    },
  }
}

type NotUp = { service: string; what: string; final: boolean }

/** `up --wait` fails on one-shots that have ended as they should, so we look ourselves. */
async function untilUp(hands: EngineHands, step: BringUp, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + step.seconds * 1000
  const listening = new AbortController()
  let changed = Promise.withResolvers<void>()
  // Without it the slow look is all there is.
  const heard = hands
    .changesIn(step.project, () => changed.resolve(), AbortSignal.any([signal, listening.signal]))
    .catch(() => {})
  try {
    for (;;) {
      changed = Promise.withResolvers()
      const problems = await notUp(hands, step, signal)
      if (problems.length === 0) return
      if (problems.some(({ final }) => final) || performance.now() > deadline) {
        throw new Error(inWords(problems))
      }
      const waiting = new AbortController()
      const cancelled = AbortSignal.any([signal, waiting.signal])
      const leftMs = Math.max(0, deadline - performance.now())
      const slow = pause(Math.min(slowLookMs, leftMs), undefined, { signal: cancelled })
      await Promise.race([changed.promise, slow]).finally(() => {
        slow.catch(() => {})
        waiting.abort()
      })
    }
  } finally {
    listening.abort()
    await heard
  }
}

async function notUp(hands: EngineHands, step: BringUp, signal: AbortSignal): Promise<NotUp[]> {
  const all = await ofStart(hands, step, signal)
  return step.services.flatMap((service) => {
    const containers = all.filter((one) => one.service === service)
    if (containers.length === 0) return [{ service, what: 'has no container', final: false }]
    const isOneShot = step.oneShot.includes(service)
    return containers.flatMap((one) => problemOf(one, service, isOneShot) ?? [])
  })
}

function problemOf(
  { state, health, exitCode, error }: ContainerUpClose,
  service: string,
  isOneShot: boolean,
): NotUp | undefined {
  if (state === 'exited' && exitCode === 0 && isOneShot) return undefined
  if (state === 'running') {
    if (health === 'none' || health === 'healthy' || isOneShot) return undefined
    return { service, what: `is ${health}, expected healthy`, final: false }
  }
  if (isOneShot && state === 'exited') {
    return { service, what: `ended with ${exitCode}, expected 0`, final: true }
  }
  const why = error === '' ? '' : ` (${error})`
  return { service, what: `is ${state}, expected running${why}`, final: false }
}

const ofStart = async (hands: EngineHands, { project, services }: BringUp, signal: AbortSignal) =>
  (await hands.containersOfServices(project, services, signal)).filter(({ oneOff }) => !oneOff)

const stillRuns = ({ project }: BringUp, pid: number): string =>
  `A docker compose up of ${project} that was begun before still runs as process ${pid}.`

const inWords = (problems: readonly NotUp[]): string =>
  `${problems.map(({ service, what }) => `${service} ${what}`).join('; ')}.`
