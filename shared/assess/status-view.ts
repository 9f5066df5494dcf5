import { dashboardsShown, panelCounts } from '../domain/dashboards-shown.ts'
import type { MonitoringSights } from '../domain/monitoring.ts'
import type { ObservedState } from '../domain/observed-state.ts'
import type { Reading } from '../domain/reading.ts'
import { type Stack, servicesOf } from '../domain/stack.ts'
import {
  contextsOf,
  currentSight,
  homeSight,
  nameOfEngine,
  placesOf,
  sightAtHome,
} from '../domain/whereabouts.ts'
import type {
  EngineView,
  FindingView,
  IncidentView,
  MonitoringPart,
  ServiceView,
  StatusView,
} from '../ipc/status.ts'
import type { HeldFinding, Incident } from './finding.ts'
import type { MonitoringVerdict } from './monitoring/monitoring-verdict.ts'
import { recovers } from './recoverable.ts'
import { asTime } from './situation.ts'
import type { Verdict } from './verdict.ts'

export type StatusMatter = {
  observed: ObservedState
  stack?: Stack | undefined
  stackFile?: string | undefined
  held: readonly HeldFinding[]
  incidents: readonly Incident[]
  verdict: Verdict
  /** Until when which incident is to disturb nobody, epoch milliseconds. */
  snoozes: Readonly<Record<string, number>>
  now: number
  /** With sights only: whether monitoring works. */
  monitoring?: MonitoringSights | undefined
  monitoringVerdict?: MonitoringVerdict | undefined
}

/** What is published of one stack, to the window and to `--json`. */
export function statusView(matter: StatusMatter): StatusView {
  const { observed, stack, stackFile, verdict, now } = matter
  return {
    health: verdict.health,
    sentence: verdict.sentence,
    at: asTime(now),
    stack: stack?.name ?? null,
    stackFile: stackFile ?? null,
    home: stack
      ? { context: stack.home.context, source: 'stack file', engineId: stack.home.engineId }
      : null,
    current: currentView(observed),
    engines: engineViews(observed, stack),
    services: stack ? serviceViews(observed, stack) : [],
    findings: matter.held.map(findingView),
    incidents: matter.incidents.map((incident) =>
      incidentView(incident, matter.snoozes[incident.id], now),
    ),
    ...(matter.monitoring &&
      matter.monitoringVerdict && {
        monitoring: monitoringPart(matter.monitoring, matter.monitoringVerdict),
      }),
  }
}

function monitoringPart(sights: MonitoringSights, verdict: MonitoringVerdict): MonitoringPart {
  const known = <T>(looks: readonly { look: Reading<T> }[]): T[] =>
    looks.flatMap(({ look }) => (look.status === 'known' ? [look.value] : []))
  const share = <T>(all: readonly T[], works: (one: T) => boolean) => ({
    working: all.filter(works).length,
    total: all.length,
  })
  const grafanas = known(sights.grafana)
  const { working, total } = dashboardsShown(
    grafanas.flatMap(({ dashboards = [] }) => dashboards).map(panelCounts),
  )
  return {
    health: verdict.health,
    sentence: verdict.sentence,
    chain: verdict.chain.map((link) => ({ ...link })),
    counts: {
      exporters: share(sights.exporters, ({ exposition }) => exposition.status === 'known'),
      targets: share(
        known(sights.prometheus).flatMap(({ targets }) => targets),
        ({ health }) => health === 'up',
      ),
      datasources: share(
        grafanas.flatMap(({ datasources = [] }) => datasources),
        ({ health }) => health === 'ok',
      ),
      dashboards: { working, total },
      gpus: sights.gpus.status === 'known' ? sights.gpus.value.cards.length : 0,
    },
  }
}

function currentView(observed: ObservedState): StatusView['current'] {
  if (observed.contexts.status === 'unknown') return null
  const { name, source } = observed.contexts.value.current
  const engine = currentSight(observed)?.engine
  return { context: name, source, engineId: engine?.status === 'known' ? engine.value.id : null }
}

/** One row an engine, however many endpoints lead to it. */
function engineViews(observed: ObservedState, stack: Stack | undefined): EngineView[] {
  const current = currentSight(observed)
  const home = stack && (homeSight(observed, stack.home) ?? sightAtHome(observed, stack.home))
  return observed.engines
    .filter((sight) => sight.sameAs === undefined)
    .map((sight) => {
      const { engine } = sight
      const seen = engine.status === 'known' ? engine.value : engine.lastKnown
      return {
        engineId: seen?.id ?? null,
        kind: seen?.kind ?? 'unknown',
        name: seen?.name ?? '',
        version: seen?.version ?? '',
        endpoint: sight.endpoint,
        contexts: contextsOf(observed, sight),
        answers: engine.status === 'known',
        failure: engine.status === 'unknown' ? engine.failure.message : null,
        home: sight === home,
        current: sight === current,
      }
    })
}

function serviceViews(observed: ObservedState, stack: Stack): ServiceView[] {
  return servicesOf(stack).map(({ project, service }) => ({
    name: service.name,
    project,
    ...(service.oneShot === true && { oneShot: true }),
    places: placesOf(observed, project, service.name).map(({ sight, container }) => ({
      context: sight.contexts.length > 0 ? nameOfEngine(observed, sight, stack.home) : null,
      engineId: sight.engine.status === 'known' ? sight.engine.value.id : null,
      container: container.name,
      state: container.state,
      health: container.health,
    })),
  }))
}

/** A finding as it is published; also what a line of `watch --json` carries. */
function findingView(held: HeldFinding): FindingView {
  const { code, severity, status, subject, sentence, evidence, remedy, since } = held
  return {
    code,
    severity,
    status,
    subject,
    sentence,
    evidence: { ...evidence },
    remedy,
    since: asTime(since),
  }
}

function incidentView(
  incident: Incident,
  snoozedUntil: number | undefined,
  now: number,
): IncidentView {
  const { since, resolvedAt, findings, ...rest } = incident
  return {
    ...rest,
    findings: [...findings],
    since: asTime(since),
    ...(recovers(incident) && { recovers: true }),
    ...(resolvedAt === undefined ? {} : { resolvedAt: asTime(resolvedAt) }),
    ...(snoozedUntil !== undefined && snoozedUntil > now
      ? { snoozedUntil: asTime(snoozedUntil) }
      : {}),
  }
}
