import { stat } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { Step } from '../../../../shared/plan/plan.ts'
import { sha256Of } from '../../../adapters/disk/content-hash.ts'
import type { EngineHands } from '../../../adapters/docker/hands/engine-hands.ts'
import { bytesIfAny } from '../../kept-copy.ts'
import type { Op, OperationSite } from '../../ops.ts'
import { withEngine } from '../with-engine.ts'
import type { RestoreDoors } from './restore-doors.ts'
import { isUp, notUp, runningSet } from './running-set.ts'

type VerifyRestored = Extract<Step, { kind: 'VerifyRestored' }>

const betweenLooksMs = 500

const staysDown = (restartPolicy: string): boolean => ['', 'no'].includes(restartPolicy)

/** Only looks, so there is nothing to undo. */
export function verifyRestoredOp({
  openHands,
  askPrometheus,
}: Pick<RestoreDoors, 'openHands' | 'askPrometheus'>): Op<VerifyRestored> {
  async function problems(step: VerifyRestored, site: OperationSite): Promise<string[]> {
    const onDisk = await notOnDisk(step)
    const { services, prometheus, files } = step
    if (services.length === 0) return onDisk
    const running = await withEngine(openHands, step, site.signal, async (hands) => [
      ...(await notUp(hands, (await runningSet(site)) ?? [], site.signal)),
      ...(await notWell(hands, step, site.signal)),
      ...(await startedBefore(hands, files, site.signal)),
    ])
    const asked = await Promise.all(
      prometheus.map((one) => configurationProblem(one, step, site.signal)),
    )
    return [...onDisk, ...new Set(running), ...asked.filter((one) => one !== undefined)]
  }

  /** One has ended, and nobody will start it again: it need not be waited for. */
  const isHopeless = ({ services, ...at }: VerifyRestored, { signal }: OperationSite) =>
    services.length === 0
      ? false
      : withEngine(openHands, at, signal, async (hands) => {
          const all = await Promise.all(
            services.map(({ project, service }) => hands.containersOf(project, service, signal)),
          )
          return all.some((own) =>
            own.every(({ state, restartPolicy }) => state === 'exited' && staysDown(restartPolicy)),
          )
        })

  async function configurationProblem(
    { service, url, project }: VerifyRestored['prometheus'][number],
    step: VerifyRestored,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const runs = await withEngine(openHands, step, signal, async (hands) =>
      (await hands.containersOf(project, service, signal)).some(isUp),
    )
    // It did not run before either.
    if (!runs) return undefined
    try {
      const { configAccepted } = await askPrometheus(url, signal)
      return configAccepted ? undefined : `${service} does not accept its configuration.`
    } catch (error) {
      return `${service} does not answer: ${(error as Error).message}`
    }
  }

  return {
    async precondition() {},
    async run(step, site) {
      const deadline = performance.now() + step.seconds * 1000
      while ((await problems(step, site)).length > 0 && performance.now() < deadline) {
        if (await isHopeless(step, site)) return
        await pause(betweenLooksMs, undefined, { signal: site.signal })
      }
    },
    async verify(step, site) {
      const found = await problems(step, site)
      if (found.length > 0) throw new Error(found.join(' '))
    },
    async rollback() {},
  }
}

async function notOnDisk({ files }: VerifyRestored): Promise<string[]> {
  const found = await Promise.all(
    files.map(async ({ file, sha256 }) => {
      const now = await bytesIfAny(file)
      const isSame = now !== null && sha256Of(now) === sha256
      return isSame ? [] : [`${file} does not hold what was put back.`]
    }),
  )
  return found.flat()
}

/** Of each of these services something ran when the plan was made, and must run again. */
async function notWell(
  hands: EngineHands,
  { services }: VerifyRestored,
  signal: AbortSignal,
): Promise<string[]> {
  const each = await Promise.all(
    services.map(async ({ project, service }) => {
      const all = await hands.containersOf(project, service, signal)
      const lasting = all.filter(({ oneOff }) => !oneOff)
      const running = lasting.filter(({ state }) => state === 'running')
      if (running.length === 0) {
        const [one] = lasting
        return [`${service} ${one ? `is ${one.state}` : 'has no container'}, expected running.`]
      }
      return running.flatMap(({ name, health }) =>
        health === 'none' || health === 'healthy'
          ? []
          : [`${name} is ${health}, expected healthy.`],
      )
    }),
  )
  return each.flat()
}

/** A container's clock is its engine's; a file's is this machine's. */
const slackMs = 2_000

/**
 * A single file that is mounted stays the one that was there when its container started: what was
 * started before the file was written still has the old one, whatever a reload says.
 */
async function startedBefore(
  hands: EngineHands,
  files: VerifyRestored['files'],
  signal: AbortSignal,
): Promise<string[]> {
  const found: string[] = []
  for (const { file, usedBy } of files) {
    const writtenAt = await stat(file).then(
      ({ ctimeMs }) => ctimeMs,
      () => undefined,
    )
    if (writtenAt === undefined) continue
    for (const { project, service } of usedBy) {
      for (const one of await hands.containersOf(project, service, signal)) {
        if (!isUp(one) || one.startedAt === undefined) continue
        if (one.startedAt + slackMs < writtenAt) {
          found.push(
            `${one.name} was started before ${file} was put back, and still has the old one.`,
          )
        }
      }
    }
  }
  return found
}
