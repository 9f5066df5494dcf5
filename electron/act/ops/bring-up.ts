import { setTimeout as pause } from 'node:timers/promises'
import type { Step } from '../../../shared/plan/plan.ts'
import type { ContainerUpClose, EngineHands } from '../../adapters/docker/hands/engine-hands.ts'
import type { Op } from '../ops.ts'
import { type OpenHands, withEngine } from './with-engine.ts'

type BringUp = Extract<Step, { kind: 'BringUp' }>

/** `docker compose up -d` for these services of one project. */
export type ComposeUp = (
  start: Pick<BringUp, 'context' | 'project' | 'workingDir' | 'files' | 'envFiles' | 'services'>,
  signal: AbortSignal,
) => Promise<void>

const betweenLooksMs = 150
const stopGraceSeconds = 10

export function bringUpOp(open: OpenHands, composeUp: ComposeUp): Op<BringUp> {
  return {
    async precondition(step, { signal }) {
      await withEngine(open, step, signal, async () => {})
    },
    async run(step, { signal }) {
      await composeUp(step, signal)
      await withEngine(open, step, signal, (hands) => untilUp(hands, step, signal))
    },
    async verify(step, { signal }) {
      const problems = await withEngine(open, step, signal, (hands) => notUp(hands, step, signal))
      if (problems.length > 0) throw new Error(inWords(problems))
    },
    /** What was down when the plan was made is stopped again; containers and volumes stay. */
    async rollback(step, { signal }) {
      await withEngine(open, step, signal, async (hands) => {
        for (const service of [...step.down].reverse()) {
          for (const { id, stopTimeoutSeconds } of await ofService(hands, step, service, signal)) {
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
  for (;;) {
    const problems = await notUp(hands, step, signal)
    if (problems.length === 0) return
    if (problems.some(({ final }) => final) || performance.now() > deadline) {
      throw new Error(inWords(problems))
    }
    await pause(betweenLooksMs, undefined, { signal })
  }
}

async function notUp(hands: EngineHands, step: BringUp, signal: AbortSignal): Promise<NotUp[]> {
  const each = await Promise.all(
    step.services.map(async (service) => {
      const containers = await ofService(hands, step, service, signal)
      if (containers.length === 0) return [{ service, what: 'has no container', final: false }]
      const isOneShot = step.oneShot.includes(service)
      return containers.flatMap((one) => problemOf(one, service, isOneShot) ?? [])
    }),
  )
  return each.flat()
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

const ofService = async (
  hands: EngineHands,
  { project }: BringUp,
  service: string,
  signal: AbortSignal,
) => (await hands.containersOf(project, service, signal)).filter(({ oneOff }) => !oneOff)

const inWords = (problems: readonly NotUp[]): string =>
  `${problems.map(({ service, what }) => `${service} ${what}`).join('; ')}.`
