import type { Intent } from '../domain/intent.ts'

export const findingCodes = [
  'CONTEXT_SWITCHED',
  'CONTEXT_PINNED_BY_ENV',
  'CONTEXT_MISSING',
  'CONTEXT_CONFIG_INVALID',
  'ENGINE_UNREACHABLE',
  'ENGINE_REPLACED',
  'DESKTOP_STOPPED',
  'STRAY_CONTAINERS',
  'SPLIT_BRAIN',
  'SERVICE_MISSING',
  'SERVICE_STOPPED',
  'SERVICE_UNHEALTHY',
  'SERVICE_CRASH_LOOPING',
  'SERVICE_OOM_KILLED',
  'HEALTHCHECK_CANNOT_RUN',
  'STACK_FILE_INVALID',
  'SENTINEL_BLIND',
  'TARGET_CANNOT_WORK',
  'HYBRID_DEPLOYMENT',
  'PORT_CONFLICT',
  'UNIT_FAILED',
  'COMPOSE_DRIFT',
  'IMAGE_DRIFT',
  'CONFIG_DRIFT',
  'DISK_FILLING',
  'GPU_LOST',
  'GPU_UNAVAILABLE',
  'GPU_HOT',
  'GPU_MEMORY_FULL',
  'GPU_EXPORTER_WITHOUT_GPU',
  'EXPORTER_DOWN',
  'EXPORTER_NOT_METRICS',
  'WRONG_MACHINE_MEASURED',
  'PROMETHEUS_UNREACHABLE',
  'PROMETHEUS_CONFIG_STALE',
  'PORT_NEAR_MISS',
  'PROMETHEUS_TARGET_DOWN',
  'SAMPLES_STALE',
  'LOGS_STALE',
  'GRAFANA_UNREACHABLE',
  'DATASOURCE_BROKEN',
  'DASHBOARD_NO_DATA',
  'ALERTMANAGER_UNREACHABLE',
  'LIVE_CONFIG_STALE',
  'WATCHDOG_MISSING',
  'BACKUP_OVERDUE',
  'BACKUP_FAILED',
  'BACKUP_DAMAGED',
  'BACKUP_SPACE_LOW',
] as const

export type FindingCode = (typeof findingCodes)[number]

/** `unknown` is for findings that say we cannot see: they make the verdict unknown, not bad. */
export const severities = ['info', 'warning', 'critical', 'unknown'] as const
export type Severity = (typeof severities)[number]

export type Remedy =
  | { kind: 'plan'; intent: Intent; label: string }
  | { kind: 'runbook'; code: FindingCode }
  | { kind: 'none' }

/** Something that is not as it should be, said once. `code` and `subject` are its identity. */
export type Finding = {
  code: FindingCode
  severity: Severity
  /** `context:current`, `engine:<id or endpoint>`, `containers:<engine id>`,
   *  `service:<project>/<service>`, `file:<path>`, `target:<job>/<instance>`, `job:<name>`,
   *  `unit:<name>`, `port:<number>/<protocol>`, `gpu:<uuid>`, `disk:<mount>`, `backup:<stack>` … */
  subject: string
  /** Other subjects that it is about: they tie a consequence to its cause. */
  about?: readonly string[]
  /** Subject first, fact, then expectation; ends with a full stop. */
  sentence: string
  /** Key → value, in reading order. */
  evidence: Readonly<Record<string, string>>
  remedy: Remedy
}

export type HeldFinding = Finding & {
  status: 'pending' | 'firing' | 'resolved'
  /** When it was first seen, epoch milliseconds. */
  since: number
  firedAt?: number
  resolvedAt?: number
}

/** Findings with one cause, told as one. */
export type Incident = {
  /** Stable while the incident lasts: the root finding's key and when it began. */
  id: string
  cause: FindingCode
  severity: Severity
  status: 'firing' | 'resolved'
  sentence: string
  since: number
  resolvedAt?: number
  /** Keys of the findings inside, the cause first. */
  findings: readonly string[]
  remedy: Remedy
}

export const findingKey = (finding: Pick<Finding, 'code' | 'subject'>): string =>
  `${finding.code}@${finding.subject}`
