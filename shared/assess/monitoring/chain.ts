import {
  dashboardsShown,
  dashboardsShownWords,
  panelCounts,
} from '../../domain/dashboards-shown.ts'
import type { ExporterSight } from '../../domain/exporter-sight.ts'
import type { MonitoringSights } from '../../domain/monitoring.ts'
import type { ServiceSight } from '../../domain/prometheus.ts'
import type { Reading } from '../../domain/reading.ts'
import { servicesOf } from '../../domain/stack.ts'
import type { ChainStage, LinkState } from '../../ipc/status.ts'
import { withoutStop } from '../../kit/without-stop.ts'
import { endpointsOf } from '../../stack/endpoints.ts'
import type { Role } from '../../stack/roles.ts'
import type { FindingCode } from '../finding.ts'
import type { Situation } from '../situation.ts'
import { counted, serviceSubject } from './answers.ts'
import { addressBook } from './targets.ts'

type Link = { stage: ChainStage; codes: readonly FindingCode[]; state: LinkState; sentence: string }
type Seen = Pick<Link, 'state' | 'sentence'>

/** The findings that say that a link of the chain is broken. */
const codesOf: Readonly<Record<ChainStage, readonly FindingCode[]>> = {
  exporter: [
    'EXPORTER_DOWN',
    'EXPORTER_NOT_METRICS',
    'GPU_EXPORTER_WITHOUT_GPU',
    'WRONG_MACHINE_MEASURED',
  ],
  target: [
    'TARGET_CANNOT_WORK',
    'PORT_NEAR_MISS',
    'PROMETHEUS_UNREACHABLE',
    'PROMETHEUS_TARGET_DOWN',
  ],
  samples: ['SAMPLES_STALE', 'PROMETHEUS_CONFIG_STALE'],
  datasource: ['GRAFANA_UNREACHABLE', 'DATASOURCE_BROKEN'],
  dashboard: ['DASHBOARD_NO_DATA'],
  logs: ['LOGS_STALE'],
  alerting: ['ALERTMANAGER_UNREACHABLE', 'LIVE_CONFIG_STALE', 'WATCHDOG_MISSING'],
}

export const isDamage = (code: FindingCode): boolean =>
  Object.values(codesOf).some((codes) => codes.includes(code))

/** Each link as far as the sights alone tell: that it is broken is for the findings to say. */
export function linksOf(situation: Situation, sights: MonitoringSights): Link[] {
  const seen: [ChainStage, Seen][] = [
    ['exporter', exporters(situation, sights)],
    ['target', targets(situation, sights)],
    ['samples', samples(situation, sights)],
    ['datasource', datasources(situation, sights)],
    ['dashboard', dashboards(situation, sights)],
    ['logs', logs(situation, sights)],
    ['alerting', alerting(situation, sights)],
  ]
  return seen.map(([stage, one]) => ({ stage, codes: codesOf[stage], ...one }))
}

const works = (sentence: string): Seen => ({ state: 'works', sentence })
const cannotTell = (sentence: string): Seen => ({ state: 'cannot-tell', sentence })
/** A program of the stack that publishes no port is there, and cannot be asked. */
function nobodyToAsk({ stack }: Situation, role: Role): Seen {
  const name = role.charAt(0).toUpperCase() + role.slice(1)
  return endpointsOf(stack).unreachable.some((one) => one.role === role)
    ? cannotTell(`${name} cannot be asked: it publishes no port.`)
    : { state: 'not-there', sentence: `The stack has no ${name}.` }
}

/** An exporter that we cannot ask ourselves works all the same when Prometheus gets its metrics. */
function exporters(situation: Situation, sights: MonitoringSights): Seen {
  const asked = new Map(sights.exporters.map((one) => [serviceSubject(one), one]))
  const all = servicesOf(situation.stack).filter(({ service }) => service.exporter)
  const total = new Set([
    ...asked.keys(),
    ...all.map(({ project, service }) => serviceSubject({ project, service: service.name })),
  ])
  if (total.size === 0) return { state: 'not-there', sentence: 'The stack has no exporter.' }
  const scraped = new Set(upTargets(sights).map(addressBook(situation)))
  const unseen = [...total].filter(
    (subject) => !answersUs(asked.get(subject)) && !scraped.has(subject),
  )
  if (unseen.length === 0) {
    return works(
      `${total.size === 1 ? 'The one exporter gives' : `All ${total.size} exporters give`} metrics.`,
    )
  }
  const names = unseen.map((subject) => subject.slice(subject.lastIndexOf('/') + 1)).join(', ')
  return cannotTell(
    `Whether ${names} ${unseen.length === 1 ? 'gives' : 'give'} metrics cannot be told.`,
  )
}

const answersUs = (sight: ExporterSight | undefined): boolean =>
  sight?.exposition.status === 'known'

function upTargets({ prometheus }: MonitoringSights): string[] {
  return prometheus.flatMap(({ look }) =>
    look.status === 'known'
      ? look.value.targets.filter(({ health }) => health === 'up').map(({ scrapeUrl }) => scrapeUrl)
      : [],
  )
}

function targets(situation: Situation, { prometheus }: MonitoringSights): Seen {
  if (prometheus.length === 0) return nobodyToAsk(situation, 'prometheus')
  const blind = firstUnknown(prometheus)
  if (blind) return cannotTell(`What Prometheus scrapes cannot be told: ${blind}.`)
  const all = prometheus.flatMap(({ look }) => (look.status === 'known' ? look.value.targets : []))
  const waiting = all.filter(({ health }) => health === 'unknown').length
  if (waiting > 0)
    return cannotTell(
      `${counted(waiting, 'target')} of ${all.length} ${waiting === 1 ? 'has' : 'have'} not been scraped yet.`,
    )
  if (all.length === 0) return cannotTell('Prometheus has no targets.')
  const up = all.filter(({ health }) => health === 'up').length
  return works(
    up === all.length
      ? `All ${counted(all.length, 'target')} are up.`
      : `${up} of ${counted(all.length, 'target')} are up.`,
  )
}

function samples(situation: Situation, { prometheus }: MonitoringSights): Seen {
  if (prometheus.length === 0) return nobodyToAsk(situation, 'prometheus')
  const blind = firstUnknown(prometheus)
  if (blind) return cannotTell(`How fresh the samples are cannot be told: ${blind}.`)
  const jobs = prometheus.flatMap(({ look }) =>
    look.status === 'known' ? Object.keys(look.value.newestSampleAt) : [],
  )
  return jobs.length === 0
    ? cannotTell('Prometheus has no samples yet.')
    : works(`${counted(jobs.length, 'job')} with fresh samples.`)
}

function datasources(situation: Situation, { grafana }: MonitoringSights): Seen {
  if (grafana.length === 0) return nobodyToAsk(situation, 'grafana')
  const blind = firstUnknown(grafana)
  if (blind) return cannotTell(`Whether Grafana reaches its datasources cannot be told: ${blind}.`)
  const all = grafana.map(({ look }) =>
    look.status === 'known' ? look.value.datasources : undefined,
  )
  if (all.includes(undefined)) {
    return cannotTell(
      'Whether Grafana reaches its datasources cannot be told: it was given no token for Sentinel.',
    )
  }
  const sources = all.flatMap((one) => one ?? [])
  const unchecked = sources.filter(({ health }) => health === 'unknown')
  if (sources.length > 0 && unchecked.length === sources.length) {
    return cannotTell('Whether Grafana reaches its datasources cannot be told: none has a check.')
  }
  return works(
    `${counted(sources.length - unchecked.length, 'datasource')} of Grafana ${sources.length === 1 ? 'answers' : 'answer'}.`,
  )
}

function dashboards(situation: Situation, { grafana }: MonitoringSights): Seen {
  if (grafana.length === 0) return nobodyToAsk(situation, 'grafana')
  const blind = firstUnknown(grafana)
  if (blind) return cannotTell(`Whether dashboards show data cannot be told: ${blind}.`)
  const all = grafana.map(({ look }) => (look.status === 'known' ? look.value : undefined))
  if (all.some((one) => one?.dashboards === undefined)) {
    return cannotTell(
      'Whether dashboards show data cannot be told: Sentinel has no token for Grafana.',
    )
  }
  if (all.some((one) => one?.dashboardsCheckedAt === undefined)) {
    return cannotTell('Whether dashboards show data has not been looked at yet.')
  }
  const shown = dashboardsShown(all.flatMap((one) => one?.dashboards ?? []).map(panelCounts))
  const sentence = `${dashboardsShownWords(shown)}.`
  if (shown.total > 0) return works(sentence)
  return shown.unchecked > 0 ? cannotTell(sentence) : { state: 'not-there', sentence }
}

function logs(situation: Situation, { loki, shippers }: MonitoringSights): Seen {
  if (loki.length === 0) return nobodyToAsk(situation, 'loki')
  const blind = firstUnknown([...loki, ...shippers])
  if (blind) return cannotTell(`Whether logs come in cannot be told: ${blind}.`)
  const newest = loki.map(({ look }) =>
    look.status === 'known' ? look.value.newestLineAt : undefined,
  )
  return newest.includes(undefined)
    ? cannotTell('Whether logs come in cannot be told: Loki has no line yet.')
    : works('New log lines come in.')
}

function alerting(situation: Situation, { alertmanager, watchdog }: MonitoringSights): Seen {
  if (alertmanager.length === 0 && watchdog === undefined) {
    return nobodyToAsk(situation, 'alertmanager')
  }
  const blind = firstUnknown(alertmanager)
  if (blind) return cannotTell(`Whether alerts go out cannot be told: ${blind}.`)
  if (watchdog === undefined) return works('Alertmanager answers.')
  if (watchdog.status === 'unknown') {
    return cannotTell(
      `Whether alerts go out cannot be told: ${withoutStop(watchdog.failure.message)}.`,
    )
  }
  return watchdog.value.lastBeatAt === undefined
    ? cannotTell('Whether alerts go out cannot be told: the Watchdog has not come yet.')
    : works('The Watchdog alert comes.')
}

function firstUnknown(
  sights: readonly (Pick<ServiceSight<unknown>, 'service'> & { look: Reading<unknown> })[],
): string | undefined {
  for (const { look } of sights) {
    if (look.status === 'unknown') return withoutStop(look.failure.message)
  }
  return undefined
}
