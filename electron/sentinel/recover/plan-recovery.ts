import { driftRows } from '../../../shared/assess/monitoring/drift-rows.ts'
import { standIns } from '../../../shared/assess/monitoring/unit-of-service.ts'
import type { Situation } from '../../../shared/assess/situation.ts'
import type { Container } from '../../../shared/domain/container.ts'
import { servicesOf } from '../../../shared/domain/stack.ts'
import { homeContainers } from '../../../shared/domain/whereabouts.ts'
import type { Result } from '../../../shared/kit/result.ts'
import type { Plan, Refusal, Step } from '../../../shared/plan/plan.ts'
import {
  type DriftedFile,
  planRecover,
  type RecoverIntent,
  type StandInUnit,
} from '../../../shared/plan/recover.ts'

type RecoveryParts = {
  /** Whether the text of what was accepted is still there. */
  isKept: (sha256: string) => Promise<boolean>
  /** Steps that keep the present state first; none where nobody keeps backups. */
  snapshotOf: (stack: string) => readonly Step[]
  /** Steps that take along what was recorded on another engine. */
  samplesOf: (
    situation: Situation,
    intent: RecoverIntent,
  ) => Promise<{
    save: readonly Step[]
    merge: readonly Step[]
  }>
}

export type PlanRecovery = (
  situation: Situation,
  intent: RecoverIntent,
) => Promise<Result<Plan, Refusal>>

/** Gathers what a recovery is planned from: everything is looked at, nothing is changed. */
export function recoveryPlanner(parts: RecoveryParts): PlanRecovery {
  return async (situation, intent) => {
    const { observed, stack } = situation
    const { files, lost } = await driftedFiles(situation, parts.isKept)
    return planRecover({
      observed,
      stack,
      intent,
      units: unitsOf(situation),
      files,
      lost,
      samples: await parts.samplesOf(situation, intent),
      snapshot: parts.snapshotOf(stack.name),
      monitored: situation.monitoring !== undefined,
    })
  }
}

const unitsOf = (situation: Situation): StandInUnit[] =>
  standIns(situation).map(({ unit, service }) => ({
    unit: unit.name,
    scope: unit.scope,
    enabled: unit.enablement === 'enabled',
    service: service.service.name,
  }))

async function driftedFiles(
  { observed, stack, baseline, monitoring }: Situation,
  isKept: RecoveryParts['isKept'],
): Promise<{ files: DriftedFile[]; lost: string[] }> {
  if (!baseline || !monitoring) return { files: [], lost: [] }
  const containers = homeContainers(observed, stack.home)
  const rows = driftRows({ baseline, files: monitoring.files, containers })
  const files: DriftedFile[] = []
  const lost: string[] = []
  for (const { what, subject, state, accepted, observed: now } of rows) {
    if (what !== 'file' || accepted === null || (state !== 'changed' && state !== 'missing')) {
      continue
    }
    if (await isKept(accepted)) {
      const source = { from: 'baseline' as const }
      const usedBy = usersOf(subject, situationServices(stack, containers ?? []))
      files.push({ file: subject, source, sha256: accepted, replaces: now, usedBy })
    } else {
      lost.push(`${subject} is not what was accepted, and its text from then was not kept.`)
    }
  }
  return { files, lost }
}

type UsedFiles = { project: string; service: string; paths: readonly string[] }

/** Who has which files mounted: by the stack file, and by the containers that are there. */
function situationServices(
  stack: Situation['stack'],
  containers: readonly Container[],
): UsedFiles[] {
  return servicesOf(stack).map(({ project, service }) => {
    const own = containers.filter((one) => one.project === project && one.service === service.name)
    const mounted = own.flatMap(({ mounts }) => mounts.map(({ source }) => source))
    return { project, service: service.name, paths: [...service.config, ...mounted] }
  })
}

const usersOf = (file: string, services: readonly UsedFiles[]) =>
  services
    .filter(({ paths }) => paths.some((path) => file === path || file.startsWith(`${path}/`)))
    .map(({ project, service }) => ({ project, service }))
