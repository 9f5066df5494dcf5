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
] as const

export type FindingCode = (typeof findingCodes)[number]

/** `unknown` is for findings that say we cannot see: they make the verdict unknown, not bad. */
export type Severity = 'info' | 'warning' | 'critical' | 'unknown'

export type Remedy =
  | { kind: 'plan'; intent: Intent; label: string }
  | { kind: 'runbook'; code: FindingCode }
  | { kind: 'none' }

/** Something that is not as it should be, said once. `code` and `subject` are its identity. */
export type Finding = {
  code: FindingCode
  severity: Severity
  /** `context:current`, `engine:<id or endpoint>`, `containers:<engine id>`,
   *  `service:<project>/<service>`, `file:<path>`. */
  subject: string
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
