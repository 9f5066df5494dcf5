import type { ExporterSight } from './exporter-sight.ts'
import type { Gpus } from './gpu.ts'
import type { Grafana } from './grafana.ts'
import type { Host } from './host.ts'
import type { Listener } from './port.ts'
import type {
  Alertmanager,
  LiveConfiguration,
  LogShipper,
  Loki,
  Prometheus,
  ServiceSight,
  Watchdog,
} from './prometheus.ts'
import type { Reading } from './reading.ts'
import type { Unit } from './unit.ts'
import type { WatchedFile } from './watched-file.ts'

/** Everything that is seen of one stack beyond its containers. */
export type MonitoringSights = {
  exporters: readonly ExporterSight[]
  prometheus: readonly ServiceSight<Prometheus>[]
  alertmanager: readonly ServiceSight<Alertmanager>[]
  grafana: readonly ServiceSight<Grafana>[]
  loki: readonly ServiceSight<Loki>[]
  shippers: readonly ServiceSight<LogShipper>[]
  /** Whether Alertmanager and Loki run what lies in their files; not of those whose file nobody knows. */
  configurations?: readonly ServiceSight<LiveConfiguration>[]
  /** Absent where the stack file asks for none. */
  watchdog?: Reading<Watchdog>
  gpus: Reading<Gpus>
  units: Reading<readonly Unit[]>
  listeners: Reading<readonly Listener[]>
  files: Reading<readonly WatchedFile[]>
  host: Reading<Host>
}

/** Where the monitoring programs of a stack can be asked, worked out from its stack file. */
export type Endpoints = {
  exporters: readonly { project: string; service: string; kind: string; url: string }[]
  prometheus: readonly { project: string; service: string; url: string }[]
  alertmanager: readonly { project: string; service: string; url: string }[]
  grafana: readonly { project: string; service: string; url: string }[]
  loki: readonly { project: string; service: string; url: string }[]
  shippers: readonly { project: string; service: string; url: string; program: string }[]
  /** Services that should be asked and publish no port: we cannot see into them. */
  unreachable: readonly { project: string; service: string; role: string }[]
}

/** What the user accepted as right, beyond the stack file: made by `accept`. */
export type Baseline = {
  acceptedAt: number
  /** SHA-256 by path. */
  files: Readonly<Record<string, string>>
  /** Image ID by `project/service`. */
  images: Readonly<Record<string, string>>
  /** Compose's config hash by `project/service`. */
  configHashes: Readonly<Record<string, string>>
  /** Jobs of Prometheus that were up. */
  jobs: readonly string[]
  /** `<dashboard uid>/<panel id>` of the panels that showed data; absent where nobody could see. */
  panels?: readonly string[]
  /**
   * SHA-256 by path of each file whose text was kept, those in accepted directories among them;
   * absent in what was accepted before texts were kept.
   */
  contents?: Readonly<Record<string, string>>
  /** Of those the permission bits; absent in what was accepted before these were kept. */
  modes?: Readonly<Record<string, number>>
}
