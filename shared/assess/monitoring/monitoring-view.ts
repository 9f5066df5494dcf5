import { panelCounts } from '../../domain/dashboards-shown.ts'
import type { ExporterSight } from '../../domain/exporter-sight.ts'
import type { Gpu, GpuMoment } from '../../domain/gpu.ts'
import type { Dashboard } from '../../domain/grafana.ts'
import { type Host, hoursUntilFull } from '../../domain/host.ts'
import type { Endpoints, MonitoringSights } from '../../domain/monitoring.ts'
import type { Prometheus, ServiceSight } from '../../domain/prometheus.ts'
import { lastSeen, type Reading } from '../../domain/reading.ts'
import type {
  DashboardRow,
  ExporterRow,
  GpuRow,
  HostPart,
  MonitoringView,
  ProgramRow,
  TargetRow,
  UnitRow,
} from '../../ipc/monitoring-view.ts'
import { roomOn } from '../rules/machine/disk-filling.ts'
import { asTime } from '../situation.ts'
import { counted } from './answers.ts'

type MonitoringMatter = {
  stack: string
  sights: MonitoringSights
  endpoints: Endpoints
  ports: MonitoringView['ports']
  drift: MonitoringView['drift']
  acceptedAt?: number | undefined
  now: number
}

type State = ProgramRow['state']

/** What is published of everything beyond the containers. */
export function monitoringView(matter: MonitoringMatter): MonitoringView {
  const { sights, now } = matter
  const grafanas = sights.grafana.flatMap(({ look }) => lastSeen(look) ?? [])
  const host = lastSeen(sights.host)
  return {
    at: asTime(now),
    stack: matter.stack,
    programs: programRows(sights),
    exporters: [...sights.exporters.map(exporterRow), ...unreachableRows(matter.endpoints)],
    targets: sights.prometheus.flatMap(targetRows),
    datasources: grafanas.flatMap((one) => one.datasources ?? []).map(({ url: _, ...row }) => row),
    dashboards: grafanas.flatMap((one) => one.dashboards ?? []).map(dashboardRow),
    dashboardsCheckedAt: timeOf(grafanas[0]?.dashboardsCheckedAt),
    gpus: gpuPart(sights),
    units: unitRows(sights),
    ports: matter.ports,
    drift: matter.drift,
    acceptedAt: timeOf(matter.acceptedAt),
    host: host ? hostPart(host, now) : null,
    files: (lastSeen(sights.files) ?? []).map(({ path, role, state, sizeBytes, modifiedAt }) => ({
      path,
      role,
      state,
      sizeBytes: sizeBytes ?? null,
      modifiedAt: timeOf(modifiedAt),
    })),
    blind: blindSources(sights),
  }
}

const timeOf = (at: number | undefined): string | null => (at === undefined ? null : asTime(at))

/** An answer that says no is broken; no answer that we could get is broken too, or unknown. */
function stateOf(reading: Reading<unknown>, works: boolean): State {
  if (reading.status === 'known') return works ? 'works' : 'broken'
  return ['refused', 'not-found', 'timeout', 'not-metrics'].includes(reading.failure.code)
    ? 'broken'
    : 'cannot-tell'
}

function programRows(sights: MonitoringSights): ProgramRow[] {
  const row = <T>(
    role: ProgramRow['role'],
    { project, service, url, look }: ServiceSight<T>,
    judge: (value: T) => string | null,
  ): ProgramRow => {
    const fault = look.status === 'known' ? judge(look.value) : look.failure.message
    const state = stateOf(look, fault === null)
    return { project, service, role, url, state, sentence: fault ?? 'It answers and is ready.' }
  }
  return [
    ...sights.prometheus.map((one) =>
      row('prometheus', one, ({ ready, configAccepted }) =>
        !ready
          ? 'It is not ready.'
          : configAccepted
            ? null
            : 'It refused its configuration at the last reload.',
      ),
    ),
    ...sights.alertmanager.map((one) => row('alertmanager', one, readyOnly)),
    ...sights.grafana.map((one) =>
      row('grafana', one, ({ databaseOk }) => (databaseOk ? null : 'Its database fails.')),
    ),
    ...sights.loki.map((one) => row('loki', one, readyOnly)),
    ...sights.shippers.map((one) => row('log shipper', one, readyOnly)),
  ]
}

const readyOnly = ({ ready }: { ready: boolean }) => (ready ? null : 'It is not ready.')

function exporterRow({ project, service, kind, url, exposition }: ExporterSight): ExporterRow {
  const value = exposition.status === 'known' ? exposition.value : undefined
  return {
    project,
    service,
    kind,
    url,
    state: stateOf(exposition, true),
    sentence:
      exposition.status === 'known'
        ? `${exposition.value.samples} samples in ${Math.round(exposition.value.tookMs)} ms.`
        : exposition.failure.message,
    samples: value?.samples ?? null,
    tookMs: value?.tookMs ?? null,
    at: asTime(exposition.observedAt),
  }
}

const unreachableRows = ({ unreachable }: Endpoints): ExporterRow[] =>
  unreachable
    .filter(({ role }) => role === 'exporter')
    .map(({ project, service }) => ({
      project,
      service,
      kind: 'exporter',
      url: null,
      state: 'cannot-tell',
      sentence: 'It publishes no port on this machine, so only Prometheus can tell.',
      samples: null,
      tookMs: null,
      at: null,
    }))

function targetRows({ look }: ServiceSight<Prometheus>): TargetRow[] {
  const prometheus = lastSeen(look)
  return (prometheus?.targets ?? []).map((target) => ({
    job: target.job,
    instance: target.instance,
    url: target.scrapeUrl,
    // What an unreachable Prometheus said earlier is no news of now.
    health: look.status === 'known' ? target.health : 'unknown',
    error: target.error,
    lastScrapeAt: timeOf(target.lastScrapeAt),
    newestSampleAt: timeOf(prometheus?.newestSampleAt[target.job]),
  }))
}

function dashboardRow({ uid, title, folder, panels }: Dashboard): DashboardRow {
  const counts = panelCounts({ panels })
  return {
    uid,
    title,
    folder,
    panels: counts.panels,
    withData: counts.withData,
    broken: panels.flatMap(({ title: panel, state, message, since, lastDataAt }) =>
      state === 'no-data' || state === 'error'
        ? [{ title: panel, state, message, since: timeOf(since), lastDataAt: timeOf(lastDataAt) }]
        : [],
    ),
    unchecked: panels.flatMap(({ title: panel, state, message }) =>
      state === 'not-checked' ? [{ title: panel, why: message }] : [],
    ),
  }
}

function gpuPart({ gpus: reading, exporters }: MonitoringSights): MonitoringView['gpus'] {
  const gpus = lastSeen(reading)
  const own = (gpus?.cards ?? []).map((card) => gpuRow(card, gpus?.history[card.uuid] ?? []))
  const told = own.length > 0 ? undefined : cardsOfExporters(exporters)
  const cards = told?.cards ?? own
  const driverVersion = gpus?.driverVersion || null
  const also = told
    ? ` ${told.by} ${told.by.includes(',') ? 'tell' : 'tells'} of what is shown.`
    : ''
  if (reading.status === 'unknown') {
    const sentence = `${reading.failure.message}${also}`
    return { state: 'cannot-tell', sentence, driverVersion, cards }
  }
  const { trouble } = reading.value
  if (trouble?.kind === 'not-installed') {
    const sentence = `This machine has no NVIDIA driver.${also}`
    return { state: 'works', sentence, driverVersion, cards }
  }
  if (trouble) {
    return { state: 'broken', sentence: `${trouble.message}${also}`, driverVersion, cards }
  }
  const sentence = `${counted(own.length, 'card')} ${own.length === 1 ? 'answers' : 'answer'}.`
  return { state: 'works', sentence: `${sentence}${also}`, driverVersion, cards }
}

/** The second source: what DCGM and nvidia_gpu_exporter tell where nvidia-smi tells of no card. */
function cardsOfExporters(
  exporters: MonitoringSights['exporters'],
): { cards: GpuRow[]; by: string } | undefined {
  const told = exporters.flatMap(({ service, exposition }) =>
    exposition.status === 'known' ? exposition.value.gpus.map((gpu) => ({ service, gpu })) : [],
  )
  if (told.length === 0) return undefined
  const unique = [...new Map(told.map((one) => [one.gpu.uuid, one])).values()]
  const cards = unique.map(({ gpu: { name = 'NVIDIA GPU', ...gpu } }, index) => {
    const migEnabled = gpu.migDevices ? { migEnabled: true } : {}
    const rest = { index, name, pciBusId: '', asleep: false, processes: [] }
    return gpuRow({ ...rest, ...migEnabled, ...gpu }, [])
  })
  return { cards, by: [...new Set(told.map(({ service }) => service))].join(', ') }
}

function gpuRow(card: Gpu, history: readonly GpuMoment[]): GpuRow {
  return {
    index: card.index,
    uuid: card.uuid,
    name: card.name,
    asleep: card.asleep,
    utilisationRatio: card.utilisationRatio ?? null,
    memoryUsedBytes: card.memoryUsedBytes ?? null,
    memoryTotalBytes: card.memoryTotalBytes ?? null,
    temperatureCelsius: card.temperatureCelsius ?? null,
    powerWatts: card.powerWatts ?? null,
    powerLimitWatts: card.powerLimitWatts ?? null,
    migEnabled: card.migEnabled ?? null,
    migDevices: (card.migDevices ?? []).map((device) => ({
      index: device.index,
      profile: device.profile ?? null,
      uuid: device.uuid ?? null,
      memoryUsedBytes: device.memoryUsedBytes ?? null,
      memoryTotalBytes: device.memoryTotalBytes ?? null,
    })),
    processes: card.processes.map(({ pid, name, memoryBytes }) => ({
      pid,
      name,
      memoryBytes: memoryBytes ?? null,
    })),
    history: history.map((moment) => ({
      at: asTime(moment.at),
      utilisationRatio: moment.utilisationRatio ?? null,
      memoryUsedBytes: moment.memoryUsedBytes ?? null,
      temperatureCelsius: moment.temperatureCelsius ?? null,
      powerWatts: moment.powerWatts ?? null,
    })),
  }
}

function unitRows({ units, listeners }: MonitoringSights): UnitRow[] {
  const listening = lastSeen(listeners) ?? []
  return (lastSeen(units) ?? []).map((unit) => ({
    name: unit.name,
    scope: unit.scope,
    description: unit.description,
    active: unit.active,
    sub: unit.sub,
    enablement: unit.enablement,
    ports: listening.flatMap(({ owner, port }) =>
      owner.kind === 'unit' && owner.unit === unit.name && owner.scope === unit.scope ? [port] : [],
    ),
  }))
}

function hostPart(host: Host, now: number): HostPart {
  return {
    hostname: host.hostname,
    kernel: host.kernel,
    bootAt: asTime(host.bootTime * 1000),
    memoryBytes: host.memoryBytes,
    memoryUsedBytes: host.memoryUsedBytes,
    cpuLoadRatio: host.cpuLoadRatio,
    disks: host.disks.map((disk) => {
      const { mount, sizeBytes, freeBytes, directories = [], fillsBytesPerHour } = disk
      const hours = hoursUntilFull(disk)
      return {
        mount,
        sizeBytes,
        freeBytes,
        room: roomOn(disk),
        directories: [...directories],
        fillsBytesPerHour: fillsBytesPerHour ?? null,
        fullAt: hours === undefined || hours > furthestHours ? null : asTime(now + hours * hourMs),
      }
    }),
  }
}

const hourMs = 3_600_000
/** What an hour says of more than a year is nothing. */
const furthestHours = 365 * 24

function blindSources(sights: MonitoringSights): MonitoringView['blind'] {
  const sources: Array<[string, Reading<unknown>]> = [
    ['GPUs', sights.gpus],
    ['systemd units', sights.units],
    ['ports', sights.listeners],
    ['files', sights.files],
    ['the machine', sights.host],
  ]
  return sources.flatMap(([source, reading]) =>
    reading.status === 'unknown' ? [{ source, failure: reading.failure.message }] : [],
  )
}
