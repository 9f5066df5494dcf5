import { homeContainers, isDown, isUp, sightAtHome } from '../domain/whereabouts.ts'
import { type Finding, type FindingCode, findingKey } from './finding.ts'
import { type MonitoringRule, monitoringRules } from './monitoring/monitoring-rules.ts'
import { backupDamaged } from './rules/backup/backup-damaged.ts'
import { backupFailed } from './rules/backup/backup-failed.ts'
import { backupOverdue } from './rules/backup/backup-overdue.ts'
import { backupSpaceLow } from './rules/backup/backup-space-low.ts'
import { contextConfigInvalid } from './rules/place/context-config-invalid.ts'
import { contextMissing } from './rules/place/context-missing.ts'
import { contextPinnedByEnv } from './rules/place/context-pinned-by-env.ts'
import { contextSwitched } from './rules/place/context-switched.ts'
import { desktopStopped } from './rules/place/desktop-stopped.ts'
import { engineReplaced } from './rules/place/engine-replaced.ts'
import { engineUnreachable } from './rules/place/engine-unreachable.ts'
import { sentinelBlind } from './rules/place/sentinel-blind.ts'
import { splitBrain } from './rules/place/split-brain.ts'
import { stackFileInvalid } from './rules/place/stack-file-invalid.ts'
import { strayContainers } from './rules/place/stray-containers.ts'
import { healthcheckCannotRun } from './rules/services/healthcheck-cannot-run.ts'
import { serviceCrashLooping } from './rules/services/service-crash-looping.ts'
import { serviceMissing } from './rules/services/service-missing.ts'
import { serviceOomKilled } from './rules/services/service-oom-killed.ts'
import { serviceStopped } from './rules/services/service-stopped.ts'
import { serviceUnhealthy } from './rules/services/service-unhealthy.ts'
import type { Situation } from './situation.ts'

/** What a rule has to see before its silence means that all is well. */
type Sees = (situation: Situation) => boolean

const always: Sees = () => true
const contexts: Sees = ({ observed }) => observed.contexts.status === 'known'
const servicesHome: Sees = ({ observed, stack }) =>
  homeContainers(observed, stack.home) !== undefined
const engineHome: Sees = ({ observed, stack }) => {
  const engine = sightAtHome(observed, stack.home)?.engine
  return engine !== undefined && (engine.status === 'known' || isDown(engine))
}
/** No engine hides containers of the stack that were up when it was last seen. */
const strays: Sees = ({ observed, stack }) => {
  const projects = new Set(stack.projects.map(({ name }) => name))
  return observed.engines.every(({ engine, containers }) => {
    if (containers.status === 'known' || isDown(engine)) return true
    return !containers.lastKnown?.some((one) => projects.has(one.project) && isUp(one))
  })
}

const backups: Sees = (situation) =>
  situation.backups === undefined || situation.backups.status === 'known'

/** Without sights, a rule about them has seen nothing. */
const sightsThat =
  (seesAll: MonitoringRule['seesAll']): Sees =>
  (situation) =>
    situation.monitoring !== undefined && seesAll(situation.monitoring, situation)

/** The rule book, in reading order: from what Sentinel sees, over the place, to each service. */
export const ruleBook: readonly {
  code: FindingCode
  rule: (situation: Situation) => Finding[]
  sees: Sees
}[] = [
  { code: 'SENTINEL_BLIND', rule: sentinelBlind, sees: always },
  { code: 'STACK_FILE_INVALID', rule: stackFileInvalid, sees: always },
  { code: 'DESKTOP_STOPPED', rule: desktopStopped, sees: engineHome },
  { code: 'CONTEXT_PINNED_BY_ENV', rule: contextPinnedByEnv, sees: contexts },
  { code: 'CONTEXT_CONFIG_INVALID', rule: contextConfigInvalid, sees: contexts },
  { code: 'CONTEXT_MISSING', rule: contextMissing, sees: contexts },
  { code: 'CONTEXT_SWITCHED', rule: contextSwitched, sees: contexts },
  { code: 'ENGINE_REPLACED', rule: engineReplaced, sees: engineHome },
  { code: 'ENGINE_UNREACHABLE', rule: engineUnreachable, sees: engineHome },
  { code: 'STRAY_CONTAINERS', rule: strayContainers, sees: strays },
  { code: 'SPLIT_BRAIN', rule: splitBrain, sees: strays },
  { code: 'SERVICE_MISSING', rule: serviceMissing, sees: servicesHome },
  { code: 'SERVICE_CRASH_LOOPING', rule: serviceCrashLooping, sees: servicesHome },
  { code: 'SERVICE_OOM_KILLED', rule: serviceOomKilled, sees: servicesHome },
  { code: 'SERVICE_STOPPED', rule: serviceStopped, sees: servicesHome },
  { code: 'HEALTHCHECK_CANNOT_RUN', rule: healthcheckCannotRun, sees: servicesHome },
  { code: 'SERVICE_UNHEALTHY', rule: serviceUnhealthy, sees: servicesHome },
  ...monitoringRules.map(({ code, rule, seesAll }) => ({ code, rule, sees: sightsThat(seesAll) })),
  { code: 'BACKUP_OVERDUE', rule: backupOverdue, sees: backups },
  { code: 'BACKUP_FAILED', rule: backupFailed, sees: backups },
  { code: 'BACKUP_DAMAGED', rule: backupDamaged, sees: backups },
  { code: 'BACKUP_SPACE_LOW', rule: backupSpaceLow, sees: backups },
]

/** Of these only the first is said about one service; the others follow from it. */
const mostSpecificFirst: readonly FindingCode[] = [
  'SERVICE_CRASH_LOOPING',
  'SERVICE_OOM_KILLED',
  'SERVICE_STOPPED',
  'HEALTHCHECK_CANNOT_RUN',
  'SERVICE_UNHEALTHY',
]

/** Everything that is not as it should be, in the order of the rule book, then of the stack. */
export function assess(situation: Situation): Finding[] {
  return withoutLessSpecific(ruleBook.flatMap(({ rule }) => rule(situation)))
}

/**
 * Codes, and keys of single findings, about which nothing can be said now: what was found before
 * still stands.
 */
export function undecided(situation: Situation): ReadonlySet<string> {
  const codes = ruleBook.filter(({ sees }) => !sees(situation)).map(({ code }) => code)
  const { monitoring } = situation
  const keys =
    monitoring === undefined
      ? []
      : monitoringRules.flatMap(({ code, blindTo }) =>
          (blindTo?.(monitoring) ?? []).map((subject) => findingKey({ code, subject })),
        )
  return new Set([...codes, ...keys])
}

function withoutLessSpecific(findings: readonly Finding[]): Finding[] {
  const said = new Map<string, number>()
  for (const { code, subject } of findings) {
    const rank = mostSpecificFirst.indexOf(code)
    if (rank >= 0) said.set(subject, Math.min(rank, said.get(subject) ?? rank))
  }
  return findings.filter(({ code, subject }) => {
    const rank = mostSpecificFirst.indexOf(code)
    return rank < 0 || said.get(subject) === rank
  })
}
