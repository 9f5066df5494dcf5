import { type Finding, type FindingCode, findingKey, type HeldFinding } from './finding.ts'

const second = 1_000

/** How long a finding must last before it disturbs anybody. */
const holdTimes: Readonly<Record<FindingCode, number>> = {
  CONTEXT_SWITCHED: 0,
  CONTEXT_PINNED_BY_ENV: 0,
  CONTEXT_MISSING: 0,
  CONTEXT_CONFIG_INVALID: second, // an editor in the middle of saving
  STACK_FILE_INVALID: second,
  DESKTOP_STOPPED: second,
  ENGINE_REPLACED: second,
  ENGINE_UNREACHABLE: 2 * second, // a daemon that restarts
  STRAY_CONTAINERS: 2 * second,
  SPLIT_BRAIN: 2 * second,
  SENTINEL_BLIND: 15 * second, // an engine that comes or goes accepts for seconds and is silent
  SERVICE_STOPPED: 5 * second, // compose recreates: the old one stops before the new one runs
  SERVICE_MISSING: 10 * second,
  SERVICE_CRASH_LOOPING: 0, // these four have been waited for already, by the engine or the rule
  SERVICE_OOM_KILLED: 0,
  SERVICE_UNHEALTHY: 0,
  HEALTHCHECK_CANNOT_RUN: 0,
  TARGET_CANNOT_WORK: 5 * second,
  HYBRID_DEPLOYMENT: 5 * second,
  PORT_CONFLICT: 10 * second, // compose recreates: the port changes hands
  UNIT_FAILED: 5 * second,
  COMPOSE_DRIFT: 5 * second, // an editor in the middle of saving, compose in the middle of an up
  IMAGE_DRIFT: 5 * second,
  CONFIG_DRIFT: 5 * second,
  DISK_FILLING: 60 * second,
  GPU_LOST: 5 * second,
  GPU_UNAVAILABLE: 15 * second, // nvidia-smi is started again after it ended
  GPU_HOT: 60 * second, // a burst of work
  GPU_MEMORY_FULL: 60 * second, // a model that is being loaded
  GPU_EXPORTER_WITHOUT_GPU: 10 * second,
  EXPORTER_DOWN: 30 * second, // two looks
  EXPORTER_NOT_METRICS: 30 * second,
  WRONG_MACHINE_MEASURED: 30 * second,
  PROMETHEUS_UNREACHABLE: 30 * second, // a restart replays the write-ahead log
  PROMETHEUS_CONFIG_STALE: 0, // waited for by the rule
  PORT_NEAR_MISS: 45 * second,
  PROMETHEUS_TARGET_DOWN: 45 * second, // three scrapes of the usual fifteen seconds
  SAMPLES_STALE: 0, // waited for by the rule
  LOGS_STALE: 30 * second,
  GRAFANA_UNREACHABLE: 30 * second,
  DATASOURCE_BROKEN: 30 * second,
  DASHBOARD_NO_DATA: 5 * second, // looked at rarely, each time with all its queries
  ALERTMANAGER_UNREACHABLE: 30 * second,
  LIVE_CONFIG_STALE: 60 * second, // writing a file and asking for the reload is one deed
  WATCHDOG_MISSING: 0, // waited for by the rule
  BACKUP_OVERDUE: 60 * second,
  BACKUP_FAILED: 0, // it has ended, and says so once
  BACKUP_DAMAGED: 0,
  BACKUP_SPACE_LOW: 60 * second,
}

export const holdFor = (code: FindingCode): number => holdTimes[code]

/** Resolved findings and incidents are still shown for so long. */
export const resolvedStaysMs = 600 * second
/** What comes back within this time was never really gone. */
export const flapMs = 30 * second

/** Values that swing around their limit, and sources that are looked at seldom, need longer. */
const flapTimes: Partial<Readonly<Record<FindingCode, number>>> = {
  GPU_HOT: 300 * second,
  GPU_MEMORY_FULL: 300 * second,
  DISK_FILLING: 900 * second,
  BACKUP_SPACE_LOW: 900 * second,
  EXPORTER_DOWN: 120 * second,
  PROMETHEUS_TARGET_DOWN: 120 * second,
  DATASOURCE_BROKEN: 120 * second,
  LOGS_STALE: 300 * second,
  DASHBOARD_NO_DATA: 600 * second,
  UNIT_FAILED: 120 * second, // systemd starts it again every few seconds
}

export const flapFor = (code: FindingCode): number => flapTimes[code] ?? flapMs

/**
 * Pending → firing → resolved. A finding keeps its `since` while it lasts, and over a gap of
 * up to `flapFor` its code. A pending one that goes away was never there. What fires and is `undecided`
 * goes on firing: a source that cannot be seen resolves nothing.
 */
export function hold(
  previous: readonly HeldFinding[],
  findings: readonly Finding[],
  now: number,
  holdTime: (code: FindingCode) => number = holdFor,
  undecided: ReadonlySet<string> = new Set(),
): HeldFinding[] {
  const past = previous.map((held) => notFromTheFuture(held, now))
  const before = new Map(past.map((held) => [findingKey(held), held]))
  const seen = new Set(findings.map(findingKey))
  const here = findings.map((finding) =>
    carryOn(before.get(findingKey(finding)), finding, now, holdTime(finding.code)),
  )
  const gone = past
    .filter((held) => !seen.has(findingKey(held)))
    .flatMap((held) =>
      held.status === 'firing' && (undecided.has(held.code) || undecided.has(findingKey(held)))
        ? [held]
        : letGo(held, now),
    )
  return [...here, ...gone]
}

/** The clock may have been set back: then it began now, and does not wait for that day again. */
function notFromTheFuture(held: HeldFinding, now: number): HeldFinding {
  const { since, firedAt, resolvedAt } = held
  if (Math.max(since, firedAt ?? 0, resolvedAt ?? 0) <= now) return held
  return {
    ...held,
    since: Math.min(since, now),
    ...(firedAt !== undefined && { firedAt: Math.min(firedAt, now) }),
    ...(resolvedAt !== undefined && { resolvedAt: Math.min(resolvedAt, now) }),
  }
}

function carryOn(
  before: HeldFinding | undefined,
  finding: Finding,
  now: number,
  holdMs: number,
): HeldFinding {
  if (before === undefined || isOver(before, now)) return begin(finding, now, now, holdMs)
  if (before.firedAt === undefined) return begin(finding, before.since, now, holdMs)
  return { ...finding, status: 'firing', since: before.since, firedAt: before.firedAt }
}

function begin(finding: Finding, since: number, now: number, holdMs: number): HeldFinding {
  return now - since >= holdMs
    ? { ...finding, status: 'firing', since, firedAt: now }
    : { ...finding, status: 'pending', since }
}

const isOver = ({ resolvedAt, code }: HeldFinding, now: number): boolean =>
  resolvedAt !== undefined && now - resolvedAt > flapFor(code)

function letGo(held: HeldFinding, now: number): HeldFinding[] {
  if (held.status === 'pending') return []
  if (held.status === 'firing') return [{ ...held, status: 'resolved', resolvedAt: now }]
  return now - (held.resolvedAt ?? now) < resolvedStaysMs ? [held] : []
}

/** When holding again would change something by the passing of time alone. */
export function nextDeadline(
  held: readonly HeldFinding[],
  now: number,
  holdTime: (code: FindingCode) => number = holdFor,
): number | undefined {
  const deadlines = held.flatMap(({ status, since, code, resolvedAt }) => {
    if (status === 'pending') return [since + holdTime(code)]
    return resolvedAt === undefined ? [] : [resolvedAt + resolvedStaysMs]
  })
  return deadlines.length === 0 ? undefined : Math.max(now, Math.min(...deadlines))
}
