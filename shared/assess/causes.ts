import type { Finding, FindingCode } from './finding.ts'

type Causes = {
  /** Causes of it where both are about the same thing. */
  same?: readonly FindingCode[]
  /** Causes of it whatever they are about. */
  any?: readonly FindingCode[]
}

const service: readonly FindingCode[] = [
  'SERVICE_CRASH_LOOPING',
  'SERVICE_OOM_KILLED',
  'SERVICE_STOPPED',
  'SERVICE_MISSING',
  'SERVICE_UNHEALTHY',
]
const takenOver: readonly FindingCode[] = ['PORT_CONFLICT', 'HYBRID_DEPLOYMENT', 'UNIT_FAILED']
const changed: readonly FindingCode[] = ['CONFIG_DRIFT', 'COMPOSE_DRIFT', 'IMAGE_DRIFT']
const unanswered: Causes = { same: [...service, ...takenOver, ...changed] }

/** Consequence → what it can come from. */
const causes: Partial<Readonly<Record<FindingCode, Causes>>> = {
  TARGET_CANNOT_WORK: { same: changed, any: ['STRAY_CONTAINERS'] },
  PORT_CONFLICT: { same: ['HYBRID_DEPLOYMENT'], any: ['STRAY_CONTAINERS'] },
  UNIT_FAILED: { same: ['PORT_CONFLICT'] },
  SERVICE_CRASH_LOOPING: { same: ['PORT_CONFLICT', 'GPU_EXPORTER_WITHOUT_GPU', ...changed] },
  SERVICE_STOPPED: { same: ['PORT_CONFLICT', 'HYBRID_DEPLOYMENT', 'GPU_EXPORTER_WITHOUT_GPU'] },
  SERVICE_MISSING: { same: ['PORT_CONFLICT', 'HYBRID_DEPLOYMENT'] },
  SERVICE_UNHEALTHY: { same: changed, any: [] },
  GPU_EXPORTER_WITHOUT_GPU: { any: ['STRAY_CONTAINERS'] },
  IMAGE_DRIFT: { same: ['COMPOSE_DRIFT'] },
  EXPORTER_DOWN: { same: [...(unanswered.same ?? []), 'GPU_EXPORTER_WITHOUT_GPU'] },
  EXPORTER_NOT_METRICS: { same: takenOver },
  WRONG_MACHINE_MEASURED: { same: takenOver, any: ['STRAY_CONTAINERS'] },
  PROMETHEUS_UNREACHABLE: { ...unanswered, any: ['DISK_FILLING'] },
  ALERTMANAGER_UNREACHABLE: unanswered,
  GRAFANA_UNREACHABLE: unanswered,
  LOGS_STALE: { ...unanswered, any: ['DISK_FILLING'] },
  PROMETHEUS_CONFIG_STALE: { same: ['CONFIG_DRIFT'] },
  LIVE_CONFIG_STALE: { same: ['CONFIG_DRIFT'] },
  PROMETHEUS_TARGET_DOWN: {
    same: [
      ...service,
      ...takenOver,
      ...changed,
      'GPU_EXPORTER_WITHOUT_GPU',
      'TARGET_CANNOT_WORK',
      'EXPORTER_DOWN',
      'EXPORTER_NOT_METRICS',
      'PORT_NEAR_MISS',
      'PROMETHEUS_CONFIG_STALE',
      'ALERTMANAGER_UNREACHABLE',
      'GRAFANA_UNREACHABLE',
      'LOGS_STALE',
    ],
  },
  SAMPLES_STALE: {
    same: ['PROMETHEUS_TARGET_DOWN', 'PROMETHEUS_CONFIG_STALE', ...changed],
    any: ['PROMETHEUS_UNREACHABLE', 'TARGET_CANNOT_WORK'],
  },
  DATASOURCE_BROKEN: {
    same: [...service, ...takenOver, ...changed, 'TARGET_CANNOT_WORK', 'LOGS_STALE'],
    any: ['PROMETHEUS_UNREACHABLE'],
  },
  DASHBOARD_NO_DATA: {
    same: ['GRAFANA_UNREACHABLE'],
    any: [
      'TARGET_CANNOT_WORK',
      'EXPORTER_DOWN',
      'EXPORTER_NOT_METRICS',
      'PROMETHEUS_UNREACHABLE',
      'PROMETHEUS_TARGET_DOWN',
      'SAMPLES_STALE',
      'LOGS_STALE',
      'DATASOURCE_BROKEN',
    ],
  },
  WATCHDOG_MISSING: { any: ['PROMETHEUS_UNREACHABLE', 'ALERTMANAGER_UNREACHABLE'] },
}

/** Whether one finding can come from another. When they began is for the caller to weigh. */
export function comesFrom(
  consequence: Finding,
  cause: Finding,
): 'same thing' | 'anything' | undefined {
  const { same = [], any = [] } = causes[consequence.code] ?? {}
  if (same.includes(cause.code) && share(consequence, cause)) return 'same thing'
  return any.includes(cause.code) ? 'anything' : undefined
}

function share(a: Finding, b: Finding): boolean {
  const mine = [a.subject, ...(a.about ?? [])]
  return [b.subject, ...(b.about ?? [])].some((subject) => mine.includes(subject))
}
