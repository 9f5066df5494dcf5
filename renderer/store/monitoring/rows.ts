import {
  countsOfRow,
  dashboardsShown,
  dashboardsShownWords,
} from '../../../shared/domain/dashboards-shown.ts'
import type { DashboardRow, DriftRow, MonitoringView } from '../../../shared/ipc/monitoring-view.ts'
import type { ChainStage, Health, LinkState } from '../../../shared/ipc/status.ts'
import { durationWords } from '../wording.ts'

/** One line of a table: its state by shape, colour and word, then its cells. */
export type FactRow = {
  key: string
  state: Health | 'info'
  word: string
  cells: readonly string[]
}

const worstFirst: readonly FactRow['state'][] = ['critical', 'warning', 'unknown', 'info', 'ok']

export const brokenFirst = <R extends FactRow>(rows: readonly R[]): R[] =>
  rows.toSorted((a, b) => worstFirst.indexOf(a.state) - worstFirst.indexOf(b.state))

/** What is old, or seen by nobody, is fine for nobody. */
export const heard = <R extends FactRow>(rows: readonly R[], trusted: boolean): R[] =>
  rows.map((row) =>
    trusted || row.state !== 'ok' ? row : { ...row, state: 'unknown' as const, word: 'cannot see' },
  )

export const matching = <R extends FactRow>(rows: readonly R[], filter: string): R[] => {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter((row) => {
    const text = [row.word, ...row.cells].join(' ').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** `57 of 60 work`: only what is known to work counts. */
export const shareWords = (rows: readonly FactRow[], verb: string): string =>
  `${rows.filter(({ state }) => state === 'ok').length} of ${rows.length} ${verb}`

export const linkStates: Record<LinkState, FactRow['state']> = {
  works: 'ok',
  broken: 'critical',
  'cannot-tell': 'unknown',
  'not-there': 'info',
}

export const linkWords: Record<LinkState, string> = {
  works: 'works',
  broken: 'broken',
  'cannot-tell': 'cannot tell',
  'not-there': 'none',
}

export const stageWords: Record<ChainStage, string> = {
  exporter: 'Exporters',
  target: 'Targets',
  samples: 'Samples',
  datasource: 'Datasources',
  dashboard: 'Dashboards',
  logs: 'Logs',
  alerting: 'Alerting',
}

/** The usual scheme goes without saying. */
const address = (url: string): string => url.replace(/^http:\/\//, '')

export const ago = (time: string | null, now: number): string =>
  time === null ? 'none' : `${durationWords(now - Date.parse(time))} ago`

export const blindTo = (view: MonitoringView, source: string): string | undefined =>
  view.blind.find((one) => one.source === source)?.failure

export const exporterRows = ({ exporters }: MonitoringView): FactRow[] =>
  brokenFirst(
    exporters.map((row) => ({
      key: `${row.project}/${row.service} ${row.kind} ${row.url}`,
      state: linkStates[row.state],
      word: linkWords[row.state],
      cells: [row.service, row.kind, row.url === null ? 'no port' : address(row.url), row.sentence],
    })),
  )

const healthOf = {
  up: 'ok',
  down: 'critical',
  unknown: 'unknown',
  ok: 'ok',
  error: 'critical',
} as const

export const targetRows = ({ targets }: MonitoringView, now: number): FactRow[] =>
  brokenFirst(
    targets.map((row) => ({
      key: `${row.job} ${row.instance} ${row.url}`,
      state: healthOf[row.health],
      word: row.health,
      cells: [row.job, row.instance, ago(row.newestSampleAt, now), row.error || row.url],
    })),
  )

export const datasourceRows = ({ datasources }: MonitoringView): FactRow[] =>
  brokenFirst(
    datasources.map((row) => ({
      key: row.uid,
      state: healthOf[row.health],
      word: row.health === 'error' ? 'broken' : row.health === 'ok' ? 'works' : 'cannot tell',
      cells: [row.name, row.type, row.message],
    })),
  )

function brokenWords(panel: DashboardRow['broken'][number], now: number): string {
  const { state, message, since, lastDataAt } = panel
  const what = message || (state === 'error' ? 'error' : 'no data')
  if (lastDataAt !== null) return `${what} Last data ${ago(lastDataAt, now)}.`
  return since === null ? what : `${what} Seen so for ${durationWords(now - Date.parse(since))}.`
}

export function dashboardRows({ dashboards }: MonitoringView, now: number): FactRow[] {
  return brokenFirst(
    dashboards.map((row) => ({
      key: row.uid,
      ...dashboardState(row),
      cells: [
        row.title,
        row.folder,
        `${row.withData} of ${row.panels}`,
        [
          ...row.broken.map((panel) => `${panel.title}: ${brokenWords(panel, now)}`),
          ...row.unchecked.map(({ title, why }) => `${title}: cannot be checked. ${why}`),
        ].join('; '),
      ],
    })),
  )
}

/** Where no panel could be asked, nothing has been shown to work. */
function dashboardState(row: DashboardRow): Pick<FactRow, 'state' | 'word'> {
  if (row.panels === 0 && row.unchecked.length === 0) return { state: 'info', word: 'asks nothing' }
  if (row.panels === 0) return { state: 'unknown', word: 'cannot tell' }
  if (row.withData === 0) return { state: 'critical', word: 'no data' }
  return row.withData < row.panels
    ? { state: 'warning', word: 'partly' }
    : { state: 'ok', word: 'shows data' }
}

export function dashboardsWords({ dashboards, dashboardsCheckedAt }: MonitoringView, now: number) {
  if (dashboardsCheckedAt === null) return 'not looked at yet'
  const shown = dashboardsShown(dashboards.map(countsOfRow))
  return `${dashboardsShownWords(shown)}, looked ${ago(dashboardsCheckedAt, now)}`
}

export const programRows = ({ programs }: MonitoringView): FactRow[] =>
  brokenFirst(
    programs.map((row) => ({
      key: `${row.role} ${row.url}`,
      state: linkStates[row.state],
      word: linkWords[row.state],
      cells: [row.role, row.service, address(row.url), row.sentence],
    })),
  )

export const unitRows = (view: MonitoringView): FactRow[] =>
  heard(
    brokenFirst(
      view.units.map((row) => ({
        key: `${row.scope} ${row.name}`,
        ...unitState(row.active),
        cells: [
          row.name,
          `${row.active} (${row.sub})`,
          row.enablement,
          row.ports.join(', '),
          row.description,
        ],
      })),
    ),
    blindTo(view, 'systemd units') === undefined,
  )

/** A unit that runs may still be one too many: only a finding says so. */
function unitState(active: string): Pick<FactRow, 'state' | 'word'> {
  if (active === 'failed') return { state: 'critical', word: 'failed' }
  return active === 'active' ? { state: 'ok', word: 'runs' } : { state: 'info', word: active }
}

export type PortFact = FactRow & { owner: MonitoringView['ports'][number]['ownerKind'] }

export function portFacts(view: MonitoringView, now: number): PortFact[] {
  const rows = view.ports.map((row): PortFact => {
    const wanted = row.wantedBy.length > 0
    return {
      key: `${row.port}/${row.protocol}`,
      ...portState(row, wanted),
      owner: row.ownerKind,
      cells: [
        `${row.port}/${row.protocol}`,
        row.wantedBy.join(', ') || 'nobody of the stack',
        row.owner ?? 'nobody',
        row.addresses.join(', '),
        row.since === null ? '' : ago(row.since, now),
      ],
    }
  })
  return heard(brokenFirst(rows), blindTo(view, 'ports') === undefined)
}

function portState(
  row: MonitoringView['ports'][number],
  wanted: boolean,
): Pick<FactRow, 'state' | 'word'> {
  if (row.conflict) return { state: 'critical', word: 'conflict' }
  if (row.ownerKind === 'unknown') return { state: 'unknown', word: 'cannot tell' }
  if (row.ownerKind === 'nobody') return { state: 'info', word: 'free' }
  return wanted ? { state: 'ok', word: 'as wanted' } : { state: 'info', word: 'held' }
}

const driftStates = {
  changed: { state: 'warning', word: 'changed' },
  missing: { state: 'warning', word: 'missing' },
  new: { state: 'info', word: 'new' },
  'cannot-tell': { state: 'unknown', word: 'cannot tell' },
  same: { state: 'ok', word: 'as accepted' },
} as const

const short = (hash: string | null): string =>
  hash === null ? '–' : hash.replace(/^sha256:/, '').slice(0, 8)

const fromTo = ({ state, accepted, observed }: DriftRow): string =>
  state === 'same' ? short(accepted) : `${short(accepted)} → ${short(observed)}`

export const driftRows = ({ drift }: MonitoringView, now: number): FactRow[] =>
  brokenFirst(
    drift.map((row) => ({
      key: `${row.what} ${row.subject}`,
      ...driftStates[row.state],
      cells: [
        row.what,
        row.subject,
        fromTo(row),
        row.changedAt === null ? '' : ago(row.changedAt, now),
      ],
    })),
  )

/** What a press on Accept would take for right. */
export const toAccept = ({ drift }: MonitoringView): MonitoringView['drift'] =>
  drift.filter(({ state }) => state === 'changed' || state === 'missing' || state === 'new')
