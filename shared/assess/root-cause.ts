import type { Finding, FindingCode } from './finding.ts'

/** Which findings can follow from which. `apart` follows from nothing. */
export type Family = 'place' | 'elsewhere' | 'service' | 'sight' | 'apart'

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
  ['SERVICE_CRASH_LOOPING', 'service'],
  ['SERVICE_OOM_KILLED', 'service'],
  ['SERVICE_STOPPED', 'service'],
  ['SERVICE_MISSING', 'service'],
  ['SERVICE_UNHEALTHY', 'service'],
  ['HEALTHCHECK_CANNOT_RUN', 'service'],
  ['STACK_FILE_INVALID', 'apart'],
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
