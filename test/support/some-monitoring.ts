import type { Situation } from '../../shared/assess/situation.ts'
import type { Attachment, Container } from '../../shared/domain/container.ts'
import type { ExporterSight, Exposition } from '../../shared/domain/exporter-sight.ts'
import type { Gpu } from '../../shared/domain/gpu.ts'
import type { Dashboard, Grafana } from '../../shared/domain/grafana.ts'
import type { Host } from '../../shared/domain/host.ts'
import type { Baseline, MonitoringSights } from '../../shared/domain/monitoring.ts'
import type { Listener, PortOwner } from '../../shared/domain/port.ts'
import type {
  Alertmanager,
  Prometheus,
  ServiceSight,
  Target,
} from '../../shared/domain/prometheus.ts'
import type { Reading } from '../../shared/domain/reading.ts'
import type { Unit } from '../../shared/domain/unit.ts'
import type { WatchedFile } from '../../shared/domain/watched-file.ts'
import { aSituation } from './a-situation.ts'
import { aContainer, aReading, aService, aStack, minute, noon, second } from './a-world.ts'

// Monitoring in which all works: node and GPU exporters, Prometheus, Grafana with one dashboard,
// Alertmanager and Loki, on a machine with one card.

const gib = 1024 ** 3
export const bootTime = noon / 1000 - 86_400

export const monitoredStack = aStack({
  services: [
    aService({
      name: 'prometheus',
      image: 'prom/prometheus:v3',
      ports: ['9090:9090'],
      config: ['/home/ada/odin/prometheus.yml'],
    }),
    aService({ name: 'grafana', image: 'grafana/grafana:13', ports: ['3000:3000'] }),
    aService({ name: 'alertmanager', image: 'prom/alertmanager:v0.34', ports: ['9093:9093'] }),
    aService({ name: 'loki', image: 'grafana/loki:3', ports: ['3100:3100'] }),
    aService({
      name: 'node-exporter',
      image: 'prom/node-exporter:v1',
      ports: ['9100:9100'],
      exporter: { port: 9100, kind: 'node' },
    }),
    aService({
      name: 'gpu-exporter',
      image: 'utkuozdemir/nvidia_gpu_exporter:1',
      ports: ['9835:9835'],
      exporter: { port: 9835, kind: 'nvidia-gpu' },
    }),
  ],
})

export const anExposition = (different: Partial<Exposition> = {}): Exposition => ({
  format: 'text',
  samples: 812,
  sizeBytes: 64_000,
  tookMs: 9,
  machine: {},
  gpus: [],
  ...different,
})

export const anExporterSight = (different: Partial<ExporterSight> = {}): ExporterSight => ({
  project: 'odin',
  service: 'node-exporter',
  kind: 'node',
  url: 'http://127.0.0.1:9100/metrics',
  exposition: aReading(anExposition({ machine: { memoryBytes: 32 * gib, bootTime } })),
  ...different,
})

export const gpuExporterSight = anExporterSight({
  service: 'gpu-exporter',
  kind: 'nvidia-gpu',
  url: 'http://127.0.0.1:9835/metrics',
  exposition: aReading(anExposition({ gpus: [{ uuid: 'GPU-1' }] })),
})

export const aTarget = (different: Partial<Target> = {}): Target => ({
  job: 'node',
  instance: 'node-exporter:9100',
  scrapeUrl: 'http://node-exporter:9100/metrics',
  health: 'up',
  error: '',
  lastScrapeAt: noon - 5 * second,
  scrapeIntervalSeconds: 15,
  ...different,
})

export const hostTarget = aTarget({
  job: 'host',
  instance: 'host.docker.internal:9100',
  scrapeUrl: 'http://host.docker.internal:9100/metrics',
})

const aPrometheus = (different: Partial<Prometheus> = {}): Prometheus => {
  const targets = different.targets ?? [aTarget(), hostTarget]
  return {
    version: '3.14.0',
    ready: true,
    startedAt: noon - 60 * minute,
    configAccepted: true,
    configLoadedAt: noon - 60 * minute,
    liveConfig: 'scrape_configs: []\n',
    configFile: '/etc/prometheus/prometheus.yml',
    adminApi: false,
    lifecycle: true,
    storagePath: '/prometheus',
    retention: '15d',
    rules: { total: 0, failing: [] },
    firingAlerts: [],
    newestSampleAt: Object.fromEntries(targets.map(({ job }) => [job, noon - 5 * second])),
    ...different,
    targets,
  }
}

/** A program of the stack that answers this. */
export const answers = <T>(service: string, port: number, value: T): ServiceSight<T> => ({
  project: 'odin',
  service,
  url: `http://127.0.0.1:${port}`,
  look: aReading(value),
})

export const fails = <T>(sight: ServiceSight<T>, look: Reading<T>): ServiceSight<T> => ({
  ...sight,
  look,
})

export const prometheusWith = (different: Partial<Prometheus> = {}): ServiceSight<Prometheus> =>
  answers('prometheus', 9090, aPrometheus(different))

export const aDashboard = (different: Partial<Dashboard> = {}): Dashboard => ({
  uid: 'nodes',
  title: 'Nodes',
  folder: 'Odin',
  panels: [
    { id: 1, title: 'Load', state: 'data', message: '' },
    { id: 2, title: 'Errors', state: 'no-data', message: '' },
  ],
  ...different,
})

export const grafanaWith = (different: Partial<Grafana> = {}): ServiceSight<Grafana> =>
  answers('grafana', 3000, {
    version: '13.2.0',
    databaseOk: true,
    datasources: [
      {
        uid: 'p',
        name: 'Prometheus',
        type: 'prometheus',
        url: 'http://prometheus:9090',
        health: 'ok',
        message: '',
      },
    ],
    dashboards: [aDashboard()],
    dashboardsCheckedAt: noon - minute,
    ...different,
  })

export const anAlertmanager = (different: Partial<Alertmanager> = {}): Alertmanager => ({
  version: '0.34.0',
  ready: true,
  alerts: [],
  silences: 0,
  ...different,
})

export const aGpu = (different: Partial<Gpu> = {}): Gpu => ({
  index: 0,
  uuid: 'GPU-1',
  name: 'NVIDIA RTX 4080',
  pciBusId: '00000000:01:00.0',
  asleep: false,
  temperatureCelsius: 61,
  memoryUsedBytes: 4 * gib,
  memoryTotalBytes: 16 * gib,
  processes: [],
  ...different,
})

export const aUnit = (different: Partial<Unit> = {}): Unit => ({
  name: 'node_exporter.service',
  scope: 'system',
  description: 'Node Exporter',
  load: 'loaded',
  active: 'active',
  sub: 'running',
  enablement: 'enabled',
  mainPid: 811,
  result: 'success',
  ...different,
})

export const aListener = (port: number, owner: PortOwner, addresses = ['0.0.0.0']): Listener => ({
  port,
  protocol: 'tcp',
  addresses,
  owner,
  since: noon - minute,
})

export const aHost = (different: Partial<Host> = {}): Host => ({
  hostname: 'odin',
  kernel: '6.12.0',
  memoryBytes: 32 * gib,
  bootTime,
  cpuLoadRatio: 0.2,
  memoryUsedBytes: 8 * gib,
  disks: [{ mount: '/', sizeBytes: 500 * gib, freeBytes: 200 * gib }],
  ...different,
})

export const aFile = (different: Partial<WatchedFile> = {}): WatchedFile => ({
  path: '/home/ada/odin/prometheus.yml',
  role: 'config',
  state: 'there',
  sha256: 'a'.repeat(64),
  modifiedAt: noon - 90 * minute,
  ...different,
})

export const aBaseline = (different: Partial<Baseline> = {}): Baseline => ({
  acceptedAt: noon - 60 * minute,
  files: { '/home/ada/odin/prometheus.yml': 'a'.repeat(64) },
  images: {},
  configHashes: {},
  jobs: ['node', 'host'],
  ...different,
})

export const someMonitoring = (different: Partial<MonitoringSights> = {}): MonitoringSights => ({
  exporters: [anExporterSight(), gpuExporterSight],
  prometheus: [prometheusWith()],
  alertmanager: [answers('alertmanager', 9093, anAlertmanager())],
  grafana: [grafanaWith()],
  loki: [answers('loki', 3100, { ready: true, version: '3.7.6', newestLineAt: noon - 5 * second })],
  shippers: [],
  gpus: aReading({ driverVersion: '570.124', cards: [aGpu()], history: {} }),
  units: aReading([]),
  listeners: aReading([]),
  files: aReading([aFile()]),
  host: aReading(aHost()),
  ...different,
})

/** All works, but for what is different. */
export function monitored(
  different: Partial<MonitoringSights> = {},
  situation: Partial<Situation> = {},
): Situation {
  return aSituation({
    stack: monitoredStack,
    monitoring: someMonitoring(different),
    baseline: aBaseline(),
    ...situation,
  })
}

export const onNetwork = (
  name = 'odin_odin',
  last = 3,
  names: readonly string[] = [],
): Attachment => ({
  name,
  ip: `172.20.0.${last}`,
  gateway: '172.20.0.1',
  names,
})

/** A container on the stack's own network. */
export const aNetworked = (different: Partial<Container> = {}): Container =>
  aContainer({
    networkMode: 'odin_odin',
    networks: [onNetwork()],
    extraHosts: [],
    dns: [],
    ...different,
  })
