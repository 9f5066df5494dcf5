import type { MonitoringSights } from '../../domain/monitoring.ts'
import type { Reading } from '../../domain/reading.ts'
import { homeContainers } from '../../domain/whereabouts.ts'
import type { Finding, FindingCode } from '../finding.ts'
import { composeDrift } from '../rules/drift/compose-drift.ts'
import { configDrift } from '../rules/drift/config-drift.ts'
import { imageDrift } from '../rules/drift/image-drift.ts'
import { exporterDown } from '../rules/exporters/exporter-down.ts'
import { exporterNotMetrics } from '../rules/exporters/exporter-not-metrics.ts'
import { wrongMachineMeasured } from '../rules/exporters/wrong-machine-measured.ts'
import { gpuExporterWithoutGpu } from '../rules/gpu/gpu-exporter-without-gpu.ts'
import { gpuHot } from '../rules/gpu/gpu-hot.ts'
import { gpuLost } from '../rules/gpu/gpu-lost.ts'
import { gpuMemoryFull } from '../rules/gpu/gpu-memory-full.ts'
import { gpuUnavailable } from '../rules/gpu/gpu-unavailable.ts'
import { dashboardNoData } from '../rules/grafana/dashboard-no-data.ts'
import { datasourceBroken } from '../rules/grafana/datasource-broken.ts'
import { grafanaUnreachable } from '../rules/grafana/grafana-unreachable.ts'
import { logsStale } from '../rules/grafana/logs-stale.ts'
import { diskFilling } from '../rules/machine/disk-filling.ts'
import { hybridDeployment } from '../rules/machine/hybrid-deployment.ts'
import { portConflict } from '../rules/machine/port-conflict.ts'
import { portNearMiss } from '../rules/machine/port-near-miss.ts'
import { unitFailed } from '../rules/machine/unit-failed.ts'
import { alertmanagerUnreachable } from '../rules/prometheus/alertmanager-unreachable.ts'
import { liveConfigStale } from '../rules/prometheus/live-config-stale.ts'
import { prometheusConfigStale } from '../rules/prometheus/prometheus-config-stale.ts'
import { prometheusTargetDown } from '../rules/prometheus/prometheus-target-down.ts'
import { prometheusUnreachable } from '../rules/prometheus/prometheus-unreachable.ts'
import { samplesStale } from '../rules/prometheus/samples-stale.ts'
import { targetCannotWork } from '../rules/prometheus/target-cannot-work.ts'
import { watchdogMissing } from '../rules/prometheus/watchdog-missing.ts'
import type { Situation } from '../situation.ts'
import { failsToAnswer, isUnseen, serviceSubject } from './answers.ts'

type Sights = (monitoring: MonitoringSights, situation: Situation) => boolean

export type MonitoringRule = {
  code: FindingCode
  rule: (situation: Situation) => Finding[]
  /** Asked only where there are sights: what has to be seen before silence means that all is well. */
  seesAll: Sights
  /** Subjects about which this rule alone can say nothing. */
  blindTo?: (monitoring: MonitoringSights) => readonly string[]
}

const isKnown = (reading: Reading<unknown>): boolean => reading.status === 'known'
const decided = (sights: readonly { look: Reading<unknown> }[]): boolean =>
  sights.every(({ look }) => !isUnseen(look))
const inside = (sights: readonly { look: Reading<unknown> }[]): boolean =>
  sights.every(({ look }) => isKnown(look))

const always: Sights = () => true
const insidePrometheus: Sights = ({ prometheus }) => inside(prometheus)
const gpus: Sights = (sights) => isKnown(sights.gpus)
const units: Sights = (sights) => isKnown(sights.units)
const listeners: Sights = (sights) => isKnown(sights.listeners)
const files: Sights = (sights, { baseline }) => isKnown(sights.files) && baseline !== undefined
const containersHome: Sights = (_, { observed, stack, baseline }) =>
  homeContainers(observed, stack.home) !== undefined && baseline !== undefined
const dashboards: Sights = ({ grafana }) =>
  inside(grafana) &&
  grafana.every(({ look }) => look.status === 'known' && look.value.dashboards !== undefined)
const datasources: Sights = ({ grafana }) =>
  inside(grafana) &&
  grafana.every(({ look }) => look.status === 'known' && look.value.datasources !== undefined)

const exportersUnseen = ({ exporters }: MonitoringSights): string[] =>
  exporters.filter(({ exposition }) => isUnseen(exposition)).map(serviceSubject)
const exportersUnread = ({ exporters }: MonitoringSights): string[] =>
  exporters.filter(({ exposition }) => !isKnown(exposition)).map(serviceSubject)

/** Beyond the containers, causes before what follows from them. */
export const monitoringRules: readonly MonitoringRule[] = [
  { code: 'TARGET_CANNOT_WORK', rule: targetCannotWork, seesAll: insidePrometheus },
  { code: 'HYBRID_DEPLOYMENT', rule: hybridDeployment, seesAll: units },
  { code: 'PORT_CONFLICT', rule: portConflict, seesAll: listeners },
  { code: 'UNIT_FAILED', rule: unitFailed, seesAll: units },
  {
    code: 'COMPOSE_DRIFT',
    rule: composeDrift,
    seesAll: (...all) => files(...all) && containersHome(...all),
  },
  { code: 'IMAGE_DRIFT', rule: imageDrift, seesAll: containersHome },
  { code: 'CONFIG_DRIFT', rule: configDrift, seesAll: files },
  { code: 'DISK_FILLING', rule: diskFilling, seesAll: ({ host }) => isKnown(host) },
  { code: 'GPU_LOST', rule: gpuLost, seesAll: gpus },
  { code: 'GPU_UNAVAILABLE', rule: gpuUnavailable, seesAll: gpus },
  { code: 'GPU_HOT', rule: gpuHot, seesAll: gpus },
  { code: 'GPU_MEMORY_FULL', rule: gpuMemoryFull, seesAll: gpus },
  {
    code: 'GPU_EXPORTER_WITHOUT_GPU',
    rule: gpuExporterWithoutGpu,
    seesAll: always,
    blindTo: exportersUnread,
  },
  { code: 'EXPORTER_DOWN', rule: exporterDown, seesAll: always, blindTo: exportersUnseen },
  {
    code: 'EXPORTER_NOT_METRICS',
    rule: exporterNotMetrics,
    seesAll: always,
    blindTo: exportersUnseen,
  },
  {
    code: 'WRONG_MACHINE_MEASURED',
    rule: wrongMachineMeasured,
    seesAll: ({ host }) => isKnown(host),
    blindTo: exportersUnread,
  },
  {
    code: 'PROMETHEUS_UNREACHABLE',
    rule: prometheusUnreachable,
    seesAll: ({ prometheus }) => decided(prometheus),
  },
  {
    code: 'PROMETHEUS_CONFIG_STALE',
    rule: prometheusConfigStale,
    seesAll: ({ prometheus, configurations = [] }) => inside(prometheus) && decided(configurations),
  },
  {
    code: 'PORT_NEAR_MISS',
    rule: portNearMiss,
    seesAll: (...all) => insidePrometheus(...all) && listeners(...all),
  },
  { code: 'PROMETHEUS_TARGET_DOWN', rule: prometheusTargetDown, seesAll: insidePrometheus },
  { code: 'SAMPLES_STALE', rule: samplesStale, seesAll: insidePrometheus },
  {
    code: 'LOGS_STALE',
    rule: logsStale,
    seesAll: ({ loki, shippers }) =>
      decided(shippers) && loki.every(({ look }) => isKnown(look) || failsToAnswer(look)),
  },
  {
    code: 'GRAFANA_UNREACHABLE',
    rule: grafanaUnreachable,
    seesAll: ({ grafana }) => decided(grafana),
  },
  { code: 'DATASOURCE_BROKEN', rule: datasourceBroken, seesAll: datasources },
  { code: 'DASHBOARD_NO_DATA', rule: dashboardNoData, seesAll: dashboards },
  {
    code: 'ALERTMANAGER_UNREACHABLE',
    rule: alertmanagerUnreachable,
    seesAll: ({ alertmanager }) => decided(alertmanager),
  },
  {
    code: 'LIVE_CONFIG_STALE',
    rule: liveConfigStale,
    seesAll: ({ configurations = [] }) => decided(configurations),
  },
  {
    code: 'WATCHDOG_MISSING',
    rule: watchdogMissing,
    seesAll: ({ watchdog }) => watchdog === undefined || isKnown(watchdog),
  },
]

export const isMonitoringCode = (code: FindingCode): boolean =>
  monitoringRules.some((one) => one.code === code)
