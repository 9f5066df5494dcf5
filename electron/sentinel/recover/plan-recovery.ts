import { driftRows } from '../../../shared/assess/monitoring/drift-rows.ts'
import { standIns } from '../../../shared/assess/monitoring/unit-of-service.ts'
import type { Situation } from '../../../shared/assess/situation.ts'
import type { Container } from '../../../shared/domain/container.ts'
import type { Baseline } from '../../../shared/domain/monitoring.ts'
import { servicesOf } from '../../../shared/domain/stack.ts'
import { homeContainers } from '../../../shared/domain/whereabouts.ts'
import type { Result } from '../../../shared/kit/result.ts'
import type { CarriedDashboards } from '../../../shared/plan/dashboards-away.ts'
import type { Plan, Refusal, Step } from '../../../shared/plan/plan.ts'
import {
  type DriftedFile,
  planRecover,
  type RecoverIntent,
  type StandInUnit,
} from '../../../shared/plan/recover.ts'
import type { CarriedSamples } from '../../../shared/plan/samples.ts'
import type { FilesFrom, FoundContents } from './file-sources.ts'
import type { DriftedOf } from './git-trees.ts'

type RecoveryParts = {
  /** What drifted files are to hold. */
  filesFrom: FilesFrom
  /** SHA-256 of what a file holds now; null where there is none, or nothing that is a file. */
  hashOf: (file: string) => Promise<string | null>
  /** Steps that keep the present state first; none where nobody keeps backups. */
  snapshotOf: (stack: string) => readonly Step[]
  /** Steps that take along what was recorded on another engine. */
  samplesOf: (situation: Situation, intent: RecoverIntent) => Promise<CarriedSamples>
  /** Steps that take along what was edited in Grafana on another engine. */
  dashboardsOf?: (situation: Situation, intent: RecoverIntent) => Promise<CarriedDashboards>
}

export type PlanRecovery = (
  situation: Situation,
  intent: RecoverIntent,
) => Promise<Result<Plan, Refusal<string>>>

/** Gathers what a recovery is planned from: everything is looked at, nothing is changed. */
export function recoveryPlanner(parts: RecoveryParts): PlanRecovery {
  return async (situation, intent) => {
    const { observed, stack } = situation
    const drifted = await driftedFiles(situation, parts.hashOf)
    const found = await parts.filesFrom(stack, intent.filesFrom, drifted)
    if (!found.ok) return found
    const { files, lost } = puttingBack(situation, drifted, found.value)
    return planRecover({
      observed,
      stack,
      intent,
      units: unitsOf(situation),
      files,
      lost,
      samples: await parts.samplesOf(situation, intent),
      ...(parts.dashboardsOf && { dashboards: await parts.dashboardsOf(situation, intent) }),
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

export async function driftedFiles(
  { observed, stack, baseline, monitoring }: Situation,
  hashOf: (file: string) => Promise<string | null>,
): Promise<DriftedOf> {
  if (!baseline || !monitoring) return { files: [], acceptedAt: 0 }
  const containers = homeContainers(observed, stack.home)
  const files: DriftedOf['files'][number][] = []
  for (const row of driftRows({ baseline, files: monitoring.files, containers })) {
    if (row.what !== 'file' || (row.state !== 'changed' && row.state !== 'missing')) continue
    for (const [file, sha256] of acceptedAt(row.subject, baseline)) {
      const now = await hashOf(file)
      const mode = baseline.modes?.[file]
      if (now !== sha256) files.push({ file, sha256, now, ...(mode !== undefined && { mode }) })
    }
  }
  return { files, acceptedAt: baseline.acceptedAt }
}

function puttingBack(
  { observed, stack }: Situation,
  drifted: DriftedOf,
  found: FoundContents,
): { files: DriftedFile[]; lost: string[] } {
  const services = usedFiles(stack, homeContainers(observed, stack.home) ?? [])
  const files: DriftedFile[] = []
  const lost: string[] = []
  for (const { file, now } of drifted.files) {
    const content = found.get(file)
    if (!content || 'stays' in content) lost.push(...(content ? [content.stays] : []))
    else if (content.sha256 === now) {
      lost.push(`${file} is as it was asked for already, though not as it was accepted.`)
    } else files.push({ file, ...content, replaces: now, usedBy: usersOf(file, services) })
  }
  return { files, lost }
}

/** A file itself, or every file of a directory that was kept when it was accepted. */
function acceptedAt(subject: string, { files, contents = {} }: Baseline): [string, string][] {
  const below = Object.entries(contents).filter(([path]) => path.startsWith(`${subject}/`))
  const own = files[subject]
  return below.length > 0 || own === undefined ? below : [[subject, own]]
}

type UsedFiles = { project: string; service: string; paths: readonly string[] }

/** Who has which files mounted: by the stack file, and by the containers that are there. */
function usedFiles(stack: Situation['stack'], containers: readonly Container[]): UsedFiles[] {
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
