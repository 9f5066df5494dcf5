import type { Container } from '../../../shared/domain/container.ts'
import type { MonitoringSights } from '../../../shared/domain/monitoring.ts'
import type { Stack } from '../../../shared/domain/stack.ts'
import { endpointsOf } from '../../../shared/stack/endpoints.ts'
import { mainConfigFiles } from '../../../shared/stack/main-config.ts'
import type { LiveProgram } from '../../../shared/text/live-configuration.ts'
import { watchdogReceiver } from '../../adapters/watchdog/watchdog-receiver.ts'
import { type FileOfStack, fileWatcher } from '../../observe/machine/files.ts'
import { alertmanagerWatchers } from '../../observe/programs/alertmanager.ts'
import { exporterWatchers } from '../../observe/programs/exporters.ts'
import { grafanaWatchers } from '../../observe/programs/grafana.ts'
import {
  type ConfigEndpoint,
  configurationWatchers,
} from '../../observe/programs/live-configurations.ts'
import { lokiWatchers } from '../../observe/programs/loki.ts'
import type { PanelMemory } from '../../observe/programs/panel-past.ts'
import { prometheusWatchers } from '../../observe/programs/prometheus.ts'
import type { ServiceEndpoint } from '../../observe/programs/service-watchers.ts'
import { shipperWatchers } from '../../observe/programs/shippers.ts'
import { watchdogWatcher } from '../../observe/programs/watchdog.ts'
import { type MachineSights, notYet } from './watch-machine.ts'

/** What belongs to one stack; the rest of the sights belongs to the machine. */
type StackSights = Omit<MonitoringSights, keyof MachineSights>

export type StackWatch = {
  sights(): StackSights
  /** Its containers at home, which tell ports that the stack file does not name. */
  setContainers(containers: readonly Container[]): void
  /** Something happened to its containers. */
  lookSoon(): void
  lookNow(): Promise<void>
  stop(): Promise<void>
}

type StackWatchParts = {
  stack: Stack
  grafanaToken: (stack: string) => Promise<string | undefined>
  panels: PanelMemory
  changed: () => void
  now: () => number
}

/** The files that a stack is made of: compose and env files, and what its containers mount. */
function filesOf(stack: Stack): FileOfStack[] {
  const files = new Map<string, FileOfStack['role']>()
  for (const { starts } of stack.projects) {
    for (const start of starts) {
      for (const path of start.files) files.set(path, 'compose')
      for (const path of start.envFiles) files.set(path, 'env')
      for (const path of start.services.flatMap(({ config }) => config)) {
        if (!files.has(path)) files.set(path, 'config')
      }
    }
  }
  return [...files].map(([path, role]) => ({ path, role }))
}

/** Those of which the container at home tells where their file is mounted from. */
function configsOf(
  program: LiveProgram,
  endpoints: readonly ServiceEndpoint[],
  containers: readonly Container[],
): ConfigEndpoint[] {
  return endpoints.flatMap(({ project, service, url }) => {
    const own = containers.find((one) => one.project === project && one.service === service)
    const files = own ? mainConfigFiles(program, own) : []
    return files.length === 0 ? [] : [{ project, service, url, program, files }]
  })
}

const inMs = (seconds: number | undefined) =>
  seconds === undefined ? {} : { everyMs: seconds * 1_000 }

/** Keeps the monitoring programs and the files of one stack in view. */
export function watchStack(parts: StackWatchParts): StackWatch {
  const { stack, now, changed } = parts
  const { everySeconds = {}, watchdog: wanted } = stack.monitoring ?? {}
  const programs = { now, ...inMs(everySeconds.programs) }
  const { everyMs: dashboardsEveryMs } = inMs(everySeconds.dashboards)

  const asked = {
    exporters: exporterWatchers({ now, ...inMs(everySeconds.exporters) }),
    prometheus: prometheusWatchers(programs),
    alertmanager: alertmanagerWatchers(programs),
    grafana: grafanaWatchers({
      ...programs,
      token: () => parts.grafanaToken(stack.name),
      panels: parts.panels,
      ...(dashboardsEveryMs !== undefined && { dashboardsEveryMs }),
    }),
    loki: lokiWatchers(programs),
    shippers: shipperWatchers(programs),
    configurations: configurationWatchers({ now }),
  }
  const stackFiles = filesOf(stack)
  const files = fileWatcher({ files: () => stackFiles, now, ...inMs(everySeconds.files) })
  const watchdog =
    wanted &&
    watchdogWatcher({
      receiver: watchdogReceiver({ port: wanted.listenPort, now }),
      everySeconds: wanted.everySeconds,
      now,
    })
  const all = Object.values(asked)

  let sights: StackSights = {
    exporters: [],
    prometheus: [],
    alertmanager: [],
    grafana: [],
    loki: [],
    shippers: [],
    files: notYet('The files of the stack', now()),
  }
  const keep =
    <K extends keyof StackSights>(source: K) =>
    (value: StackSights[K]) => {
      sights = { ...sights, [source]: value }
      changed()
    }

  function setContainers(containers: readonly Container[]): void {
    const endpoints = endpointsOf(stack, containers)
    asked.exporters.setEndpoints(endpoints.exporters)
    asked.prometheus.setEndpoints(endpoints.prometheus)
    asked.alertmanager.setEndpoints(endpoints.alertmanager)
    asked.grafana.setEndpoints(endpoints.grafana)
    asked.loki.setEndpoints(endpoints.loki)
    asked.shippers.setEndpoints(endpoints.shippers)
    asked.configurations.setEndpoints([
      ...configsOf('prometheus', endpoints.prometheus, containers),
      ...configsOf('alertmanager', endpoints.alertmanager, containers),
      ...configsOf('loki', endpoints.loki, containers),
    ])
  }

  asked.exporters.start(keep('exporters'))
  asked.prometheus.start(keep('prometheus'))
  asked.alertmanager.start(keep('alertmanager'))
  asked.grafana.start(keep('grafana'))
  asked.loki.start(keep('loki'))
  asked.shippers.start(keep('shippers'))
  asked.configurations.start(keep('configurations'))
  files.start((seen) => {
    keep('files')(seen)
    asked.configurations.lookSoon()
  })
  watchdog?.start(keep('watchdog'))
  setContainers([])

  return {
    sights: () => sights,
    setContainers,
    lookSoon() {
      for (const one of all) one.lookSoon()
    },
    async lookNow() {
      await Promise.all([...all.map((one) => one.lookNow()), files.lookNow()])
    },
    async stop() {
      await Promise.all([...all.map((one) => one.stop()), files.stop(), watchdog?.stop()])
    },
  }
}
