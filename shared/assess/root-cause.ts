import type { Finding, FindingCode } from './finding.ts'

/**
 * Which findings can follow from which. `apart` follows from nothing; what is in the `chain`
 * from exporter to alert follows from the place, and from what `follows` says.
 */
export type Family = 'place' | 'elsewhere' | 'service' | 'sight' | 'chain' | 'apart'

/** Causes before consequences. */
const order: readonly [FindingCode, Family][] = [
  ['DESKTOP_STOPPED', 'place'],
  ['CONTEXT_PINNED_BY_ENV', 'place'],
  ['CONTEXT_CONFIG_INVALID', 'place'],
  ['CONTEXT_MISSING', 'place'],
  ['CONTEXT_SWITCHED', 'place'],
  ['ENGINE_REPLACED', 'place'],
  ['ENGINE_UNREACHABLE', 'place'],
  ['SENTINEL_BLIND', 'sight'],
  ['STRAY_CONTAINERS', 'elsewhere'],
  ['SPLIT_BRAIN', 'elsewhere'],
  ['TARGET_CANNOT_WORK', 'chain'],
  ['HYBRID_DEPLOYMENT', 'chain'],
  ['PORT_CONFLICT', 'chain'],
  ['GPU_EXPORTER_WITHOUT_GPU', 'chain'],
  ['SERVICE_CRASH_LOOPING', 'service'],
  ['SERVICE_OOM_KILLED', 'service'],
  ['SERVICE_STOPPED', 'service'],
  ['SERVICE_MISSING', 'service'],
  ['SERVICE_UNHEALTHY', 'service'],
  ['COMPOSE_DRIFT', 'chain'],
  ['IMAGE_DRIFT', 'chain'],
  ['CONFIG_DRIFT', 'chain'],
  ['UNIT_FAILED', 'chain'],
  ['EXPORTER_DOWN', 'chain'],
  ['EXPORTER_NOT_METRICS', 'chain'],
  ['PROMETHEUS_UNREACHABLE', 'chain'],
  ['PROMETHEUS_CONFIG_STALE', 'chain'],
  ['PORT_NEAR_MISS', 'chain'],
  ['PROMETHEUS_TARGET_DOWN', 'chain'],
  ['SAMPLES_STALE', 'chain'],
  ['GRAFANA_UNREACHABLE', 'chain'],
  ['LOGS_STALE', 'chain'],
  ['DATASOURCE_BROKEN', 'chain'],
  ['DASHBOARD_NO_DATA', 'chain'],
  ['ALERTMANAGER_UNREACHABLE', 'chain'],
  ['LIVE_CONFIG_STALE', 'chain'],
  ['WATCHDOG_MISSING', 'chain'],
  ['HEALTHCHECK_CANNOT_RUN', 'service'],
  ['GPU_LOST', 'apart'],
  ['GPU_UNAVAILABLE', 'apart'],
  ['GPU_HOT', 'apart'],
  ['GPU_MEMORY_FULL', 'apart'],
  ['WRONG_MACHINE_MEASURED', 'chain'],
  ['DISK_FILLING', 'apart'],
  ['STACK_FILE_INVALID', 'apart'],
  ['BACKUP_DAMAGED', 'apart'],
  ['BACKUP_SPACE_LOW', 'apart'],
  ['BACKUP_FAILED', 'apart'],
  ['BACKUP_OVERDUE', 'apart'],
]

const rankOf = (code: FindingCode): number => order.findIndex(([one]) => one === code)

export function familyOf(code: FindingCode): Family {
  return order[rankOf(code)]?.[1] ?? 'apart'
}

/** Sorts causes first; within one code the worst, then by subject. */
export function byCause(a: Finding, b: Finding): number {
  return (
    rankOf(a.code) - rankOf(b.code) ||
    badness.indexOf(a.severity) - badness.indexOf(b.severity) ||
    (a.subject < b.subject ? -1 : 1)
  )
}

const badness: readonly Finding['severity'][] = ['critical', 'warning', 'unknown', 'info']
