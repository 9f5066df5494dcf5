import {
  countsOfRow,
  dashboardsShown,
  dashboardsShownWords,
} from '../../../shared/domain/dashboards-shown.ts'
import type { DashboardRow, MonitoringView } from '../../../shared/ipc/monitoring-view.ts'
import { machineText } from './machine-text.ts'
import type { Paint } from './paint.ts'
import { table } from './table.ts'

type State = 'works' | 'broken' | 'cannot-tell'

type Part = {
  describe: string
  /** What `--json` prints. */
  rows: (view: MonitoringView) => unknown
  text: (view: MonitoringView, paint: Paint) => string
  state: (view: MonitoringView) => State
}

export type MonitoringPart =
  | 'exporters'
  | 'targets'
  | 'dashboards'
  | 'gpus'
  | 'units'
  | 'ports'
  | 'disks'
  | 'drift'

/** The commands that print one part each of what is seen beyond the containers. */
export const monitoringParts: Record<MonitoringPart, Part> = {
  exporters: {
    describe: 'Ask every exporter and print what it answers.',
    rows: ({ exporters }) => exporters,
    text: ({ exporters }, paint) =>
      list(
        ['EXPORTER', 'KIND', 'STATE', 'WHERE', ''],
        exporters.map((row) => [
          row.service,
          row.kind,
          stateText(row.state, paint),
          row.url ?? 'no port',
          row.sentence,
        ]),
        'The stack has no exporters.',
        paint,
      ),
    state: ({ exporters }) => worst(exporters.map(({ state }) => state)),
  },
  targets: {
    describe: 'Print the targets of Prometheus, as it runs them.',
    rows: ({ targets }) => targets,
    text: ({ targets }, paint) =>
      list(
        ['JOB', 'INSTANCE', 'HEALTH', 'NEWEST SAMPLE', ''],
        targets.map((row) => [
          row.job,
          row.instance,
          stateText(stateOfHealth[row.health], paint, row.health),
          row.newestSampleAt ?? 'none in five minutes',
          row.error,
        ]),
        'No Prometheus of the stack tells its targets.',
        paint,
      ),
    state: ({ targets }) =>
      seenOr(targets, worst(targets.map(({ health }) => stateOfHealth[health]))),
  },
  dashboards: {
    describe: 'Print which dashboards of Grafana show data now.',
    rows: ({ dashboards, datasources, dashboardsCheckedAt }) => ({
      dashboards,
      datasources,
      dashboardsCheckedAt,
    }),
    text: dashboardsText,
    state: ({ dashboards }) => seenOr(dashboards, worst(dashboards.map(stateOfDashboard))),
  },
  gpus: {
    describe: 'Print the NVIDIA GPUs of this machine.',
    rows: ({ gpus }) => gpus,
    text: ({ gpus }, paint) =>
      list(
        ['GPU', 'USE', 'MEMORY', 'TEMPERATURE', 'POWER', ''],
        gpus.cards.flatMap((card) => [
          [
            `${card.index} ${card.name}`,
            card.utilisationRatio === null ? '-' : `${Math.round(card.utilisationRatio * 100)} %`,
            `${bytes(card.memoryUsedBytes)} of ${bytes(card.memoryTotalBytes)}`,
            card.temperatureCelsius === null ? '-' : `${card.temperatureCelsius} °C`,
            card.powerWatts === null ? '-' : `${Math.round(card.powerWatts)} W`,
            card.asleep ? 'asleep' : '',
          ],
          ...card.migDevices.map((device) => [
            `  MIG ${device.index} ${device.profile ?? ''}`,
            '-',
            `${bytes(device.memoryUsedBytes)} of ${bytes(device.memoryTotalBytes)}`,
            '-',
            '-',
            '',
          ]),
        ]),
        gpus.sentence,
        paint,
      ),
    state: ({ gpus }) => gpus.state,
  },
  units: {
    describe: 'Print the systemd units that do, or could do, the work of a service.',
    rows: ({ units }) => units,
    text: ({ units, blind }, paint) =>
      list(
        ['UNIT', 'SCOPE', 'STATE', 'AT START', 'PORTS'],
        units.map((row) => [
          row.name,
          row.scope,
          stateText(
            row.active === 'failed' ? 'broken' : 'works',
            paint,
            `${row.active} (${row.sub})`,
          ),
          row.enablement || '-',
          row.ports.join(', '),
        ]),
        blindText(blind, 'systemd units') ?? 'No unit of this machine looks like one of the stack.',
        paint,
      ),
    state: ({ units, blind }) =>
      blindText(blind, 'systemd units') === undefined
        ? worst(units.map(({ active }) => (active === 'failed' ? 'broken' : 'works')))
        : 'cannot-tell',
  },
  ports: {
    describe: 'Print who wants which port, and who has it.',
    rows: ({ ports }) => ports,
    text: ({ ports }, paint) =>
      list(
        ['PORT', 'WANTED BY', 'HELD BY', 'SINCE'],
        ports.map((row) => [
          `${row.port}/${row.protocol}`,
          row.wantedBy.join(', ') || '-',
          row.conflict ? paint('red', row.owner ?? 'nobody') : (row.owner ?? 'nobody'),
          row.since ?? '',
        ]),
        'The stack publishes no ports.',
        paint,
      ),
    state: ({ ports, blind }) =>
      blindText(blind, 'ports') === undefined
        ? worst(ports.map(({ conflict }) => (conflict ? 'broken' : 'works')))
        : 'cannot-tell',
  },
  disks: {
    describe: 'Print this machine, the disks under the data of the stack, and the files watched.',
    rows: ({ host, files }) => ({ host, files }),
    text: machineText,
    state: ({ host }) =>
      host === null
        ? 'cannot-tell'
        : worst(host.disks.map(({ room }) => (room === 'enough' ? 'works' : 'broken'))),
  },
  drift: {
    describe: 'Print what differs from the accepted baseline.',
    rows: ({ drift, acceptedAt }) => ({ acceptedAt, drift }),
    text: driftText,
    state: ({ drift, acceptedAt }) =>
      acceptedAt === null
        ? 'cannot-tell'
        : drift.every(({ state }) => state === 'same' || state === 'new')
          ? 'works'
          : 'broken',
  },
}

const stateOfHealth: Record<MonitoringView['targets'][number]['health'], State> = {
  up: 'works',
  down: 'broken',
  unknown: 'cannot-tell',
}

const looks: Record<State, { mark: string; style: Parameters<Paint>[0] }> = {
  works: { mark: '●', style: 'green' },
  broken: { mark: '■', style: 'red' },
  'cannot-tell': { mark: '?', style: 'magenta' },
}

const words: Record<State, string> = {
  works: 'works',
  broken: 'broken',
  'cannot-tell': 'cannot tell',
}

const stateText = (state: State, paint: Paint, word = words[state]) =>
  paint(looks[state].style, `${looks[state].mark} ${word}`)

/** Broken wins, then what cannot be told. Of nothing there is nothing wrong. */
function worst(states: readonly State[]): State {
  if (states.includes('broken')) return 'broken'
  return states.includes('cannot-tell') ? 'cannot-tell' : 'works'
}

/** Where there is nothing to look at, nothing was seen. */
const seenOr = (rows: readonly unknown[], state: State): State =>
  rows.length === 0 ? 'cannot-tell' : state

function list(head: string[], rows: string[][], otherwise: string, paint: Paint): string {
  if (rows.length === 0) return otherwise
  return table([head.map((cell) => paint('dim', cell)), ...rows])
}

const blindText = (blind: MonitoringView['blind'], source: string): string | undefined =>
  blind.find((one) => one.source === source)?.failure

/** Of a dashboard of which no panel could be checked nobody can tell. */
function stateOfDashboard({ panels, withData, unchecked }: DashboardRow): State {
  if (panels === 0) return unchecked.length > 0 ? 'cannot-tell' : 'works'
  return withData < panels ? 'broken' : 'works'
}

function dashboardsText(view: MonitoringView, paint: Paint): string {
  const { dashboards } = view
  if (dashboards.length === 0) {
    return 'No dashboards are seen. With a token of Grafana they are: odin-sentinel token grafana.'
  }
  const shown = dashboardsShown(dashboards.map(countsOfRow))
  const rows = dashboards.flatMap((row) => [
    [stateText(stateOfDashboard(row), paint, row.title), `${row.withData} of ${row.panels} panels`],
    ...row.broken.map(({ title, message, lastDataAt }) => [
      `    ${title}`,
      [message || 'no data', lastDataAt && `Last data at ${lastDataAt}.`].filter(Boolean).join(' '),
    ]),
    ...row.unchecked.map(({ title, why }) => [`    ${title}`, `cannot be checked: ${why}`]),
  ])
  return `${dashboardsShownWords(shown)}.\n\n${table(rows, '  ')}`
}

function driftText({ drift, acceptedAt }: MonitoringView, paint: Paint): string {
  if (acceptedAt === null) {
    return 'Nothing has been accepted yet. odin-sentinel accept takes what is there for right.'
  }
  const changed = drift.filter(({ state }) => state !== 'same')
  if (changed.length === 0) return `Everything is as it was accepted on ${acceptedAt}.`
  return list(
    ['WHAT', 'SUBJECT', 'STATE', 'SINCE'],
    changed.map((row) => [row.what, row.subject, row.state, row.changedAt ?? '']),
    '',
    paint,
  )
}

function bytes(value: number | null): string {
  return value === null ? '-' : `${(value / 2 ** 30).toFixed(1)} GiB`
}
