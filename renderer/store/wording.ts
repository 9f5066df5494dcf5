import type { FindingCode } from '../../shared/assess/finding.ts'
import type { Period } from '../../shared/ipc/contract.ts'
import type { Health } from '../../shared/ipc/status.ts'
import type { Tab } from './ui.ts'

/** `4 s`, `12 min`, `3 h 05 min`, `2 d 4 h`: two units at most. */
export function durationWords(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** How long a step took: milliseconds below one second, else one decimal. */
export function stepTimeWords(milliseconds: number): string {
  return milliseconds < 1000
    ? `${Math.round(milliseconds)} ms`
    : `${(milliseconds / 1000).toFixed(1)} s`
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const exactClock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const day = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' })
const shortDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })

export const clockWords = (time: string): string => clock.format(new Date(time))
export const exactClockWords = (time: string): string => exactClock.format(new Date(time))
export const dayWords = (time: string): string => day.format(new Date(time))

/** The time of day, with the day when it is not today. */
export function momentWords(time: string, now: number): string {
  const date = new Date(time)
  return date.toDateString() === new Date(now).toDateString()
    ? clock.format(date)
    : `${shortDay.format(date)}, ${clock.format(date)}`
}

export const healthWords: Record<Health, string> = {
  ok: 'All well',
  warning: 'Warning',
  critical: 'Critical',
  unknown: 'Cannot see',
}

export const severityWords = { ...healthWords, info: 'Note' } as const

const codeWords: Record<FindingCode, string> = {
  CONTEXT_SWITCHED: 'Context switched',
  CONTEXT_PINNED_BY_ENV: 'Context pinned by the environment',
  CONTEXT_MISSING: 'Context missing',
  CONTEXT_CONFIG_INVALID: 'Docker configuration invalid',
  ENGINE_UNREACHABLE: 'Engine unreachable',
  ENGINE_REPLACED: 'Engine replaced',
  DESKTOP_STOPPED: 'Docker Desktop stopped',
  STRAY_CONTAINERS: 'Stray containers',
  SPLIT_BRAIN: 'Split brain',
  SERVICE_MISSING: 'Service missing',
  SERVICE_STOPPED: 'Service stopped',
  SERVICE_UNHEALTHY: 'Service unhealthy',
  SERVICE_CRASH_LOOPING: 'Service crash-looping',
  SERVICE_OOM_KILLED: 'Service out of memory',
  HEALTHCHECK_CANNOT_RUN: 'Healthcheck cannot run',
  STACK_FILE_INVALID: 'Stack file invalid',
  SENTINEL_BLIND: 'Sentinel is blind',
  TARGET_CANNOT_WORK: 'Target cannot work',
  HYBRID_DEPLOYMENT: 'Hybrid deployment',
  PORT_CONFLICT: 'Port conflict',
  UNIT_FAILED: 'Unit failed',
  COMPOSE_DRIFT: 'Compose drift',
  IMAGE_DRIFT: 'Image drift',
  CONFIG_DRIFT: 'Configuration drift',
  DISK_FILLING: 'Disk filling',
  GPU_LOST: 'GPU lost',
  GPU_UNAVAILABLE: 'GPU unavailable',
  GPU_HOT: 'GPU hot',
  GPU_MEMORY_FULL: 'GPU memory full',
  GPU_EXPORTER_WITHOUT_GPU: 'GPU exporter without GPU',
  EXPORTER_DOWN: 'Exporter down',
  EXPORTER_NOT_METRICS: 'Exporter without metrics',
  WRONG_MACHINE_MEASURED: 'Wrong machine measured',
  PROMETHEUS_UNREACHABLE: 'Prometheus unreachable',
  PROMETHEUS_CONFIG_STALE: 'Prometheus configuration stale',
  LIVE_CONFIG_STALE: 'Live configuration stale',
  PORT_NEAR_MISS: 'Port near miss',
  PROMETHEUS_TARGET_DOWN: 'Target down',
  SAMPLES_STALE: 'Samples stale',
  LOGS_STALE: 'Logs stale',
  GRAFANA_UNREACHABLE: 'Grafana unreachable',
  DATASOURCE_BROKEN: 'Datasource broken',
  DASHBOARD_NO_DATA: 'Dashboard without data',
  ALERTMANAGER_UNREACHABLE: 'Alertmanager unreachable',
  WATCHDOG_MISSING: 'Watchdog missing',
  BACKUP_OVERDUE: 'Backup overdue',
  BACKUP_FAILED: 'Backup failed',
  BACKUP_DAMAGED: 'Backup damaged',
  BACKUP_SPACE_LOW: 'Little room for backups',
}

export const findingWords = (code: FindingCode): string => codeWords[code]

const kindWords: Record<string, string> = {
  'docker-desktop': 'Docker Desktop',
  native: 'Native engine',
  rootless: 'Rootless engine',
  'rancher-desktop': 'Rancher Desktop',
  colima: 'Colima',
  orbstack: 'OrbStack',
  podman: 'Podman',
  unknown: 'Unknown kind',
}

export const engineKindWords = (kind: string): string => kindWords[kind] ?? kind

/** `1 service`, `14 services`. */
export const countWords = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`

/** The first few, and how many more: `default, rootless +2`. */
export const shortListWords = (names: readonly string[], limit: number): string =>
  names.slice(0, limit).join(', ') + (names.length > limit ? ` +${names.length - limit}` : '')

const isTime = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/

/** Evidence as a person reads it: times in their own time zone. */
export const evidenceWords = (
  evidence: Readonly<Record<string, string>>,
  now: number,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(evidence).map(([key, value]) => [
      key,
      isTime.test(value) ? momentWords(value, now) : value,
    ]),
  )

export const periods: readonly { name: Period; label: string }[] = [
  { name: '1d', label: '1 day' },
  { name: '2d', label: '2 days' },
  { name: '7d', label: '7 days' },
  { name: '30d', label: '30 days' },
]

export const tabWords: Record<Tab, string> = {
  overview: 'Overview',
  monitoring: 'Monitoring',
  gpus: 'GPUs',
  ports: 'Ports',
  changes: 'Changes',
  backups: 'Backups',
  timeline: 'Timeline',
  reports: 'Reports',
}
