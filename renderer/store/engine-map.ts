import type { EngineView, FindingView, ServiceView, StatusView } from '../../shared/ipc/status.ts'
import type { EngineColumn, EngineMapProps, MapCell } from '../components/engine-map.tsx'
import { countWords, engineKindWords } from './wording.ts'

type Place = ServiceView['places'][number]

const leadsTo = (engine: EngineView, place: Place): boolean =>
  place.engineId !== null
    ? place.engineId === engine.engineId
    : place.context !== null && engine.contexts.includes(place.context)

const unseen = ['SENTINEL_BLIND', 'ENGINE_UNREACHABLE', 'DESKTOP_STOPPED']

/** An engine may answer and still keep its containers from us. */
function canSee(engine: EngineView, findings: readonly FindingView[]): boolean {
  if (!engine.answers) return false
  const { engineId, endpoint } = engine
  const subjects = [`engine:${engineId}`, `containers:${engineId}`, `engine:${endpoint}`]
  return !findings.some(
    (finding) =>
      finding.status !== 'resolved' &&
      unseen.includes(finding.code) &&
      subjects.includes(finding.subject),
  )
}

function kindOf(place: Place): MapCell['kind'] {
  switch (place.state) {
    case 'running':
      if (place.health === 'unhealthy') return 'unhealthy'
      return place.health === 'starting' ? 'starting' : 'running'
    case 'restarting':
      return 'starting'
    default:
      return 'stopped'
  }
}

const words: Record<Place['state'], string> = {
  created: 'created',
  running: 'running',
  paused: 'paused',
  restarting: 'restarting',
  exited: 'stopped',
  removing: 'removing',
  dead: 'dead',
}

function wordOf(place: Place, finished: boolean): string {
  if (place.state === 'exited' && finished) return 'finished'
  return place.state === 'running' && (place.health === 'unhealthy' || place.health === 'starting')
    ? place.health
    : words[place.state]
}

const kindsWorstFirst: readonly MapCell['kind'][] = ['unhealthy', 'stopped', 'starting', 'running']

/** What one engine holds of one service. Engines that cannot be seen hold nothing for certain. */
function cellOf(service: ServiceView, engine: EngineView, seen: boolean, faulty: boolean): MapCell {
  if (!seen) return { kind: 'cannot-see', word: 'cannot see', stray: false, faulty: false }
  const places = service.places
    .filter((place) => leadsTo(engine, place))
    .toSorted((a, b) => kindsWorstFirst.indexOf(kindOf(a)) - kindsWorstFirst.indexOf(kindOf(b)))
  const worst = places[0]
  const oneShot = service.oneShot === true
  if (worst === undefined) {
    if (!engine.home)
      return { kind: 'absent', word: 'not here, as it should be', stray: false, faulty: false }
    return oneShot && !faulty
      ? { kind: 'absent', word: 'runs once, nothing of it is left', stray: false, faulty }
      : { kind: 'missing', word: 'missing', stray: false, faulty }
  }
  return {
    kind: kindOf(worst),
    word: wordOf(worst, oneShot && !faulty),
    stray: !engine.home,
    faulty: faulty && engine.home,
    containers: places.map((place) => place.container),
  }
}

const titleOf = (engine: EngineView): string =>
  engine.contexts[0] ?? (engine.name === '' ? engine.endpoint : engine.name)

function stateOf(engine: EngineView, seen: boolean, cells: readonly MapCell[]): string {
  if (!seen) {
    return engine.failure ?? (engine.answers ? 'Its containers cannot be seen.' : 'No answer.')
  }
  if (engine.home) {
    const running = cells.filter((cell) => cell.kind === 'running').length
    return `${running} of ${cells.length} running`
  }
  const strays = cells.filter((cell) => cell.stray)
  if (strays.length === 0) return 'nothing of the stack'
  const running = strays.filter((cell) => cell.kind !== 'stopped').length
  const told = countWords(strays.length, 'stray')
  return running === strays.length ? told : `${told}, ${running} running`
}

function columnOf(engine: EngineView, seen: boolean, cells: readonly MapCell[]): EngineColumn {
  const kind = engine.kind === 'unknown' ? '' : engineKindWords(engine.kind)
  return {
    key: `${engine.engineId}@${engine.endpoint}`,
    title: titleOf(engine),
    alsoKnownAs: engine.contexts.slice(1),
    kind: [kind, engine.version].filter((part) => part !== '').join(' '),
    home: engine.home,
    current: engine.current,
    seen,
    state: stateOf(engine, seen, cells),
  }
}

/** Stands in for a home that no context leads to any more. */
const lostHome = (status: StatusView): EngineView[] =>
  status.home === null || status.engines.some((engine) => engine.home)
    ? []
    : [
        {
          engineId: status.home.engineId,
          kind: 'unknown',
          name: status.home.context,
          version: '',
          endpoint: '',
          contexts: [],
          answers: false,
          failure: 'No context leads there.',
          home: true,
          current: false,
        },
      ]

/** Where every service should be and where it is: home first, then current, then by name. */
export function engineMap(status: StatusView): EngineMapProps {
  const engines = [...lostHome(status), ...status.engines].toSorted(
    (a, b) =>
      Number(b.home) - Number(a.home) ||
      Number(b.current) - Number(a.current) ||
      titleOf(a).localeCompare(titleOf(b)),
  )
  const faultyServices = new Set(
    status.findings
      .filter((finding) => finding.status !== 'resolved')
      .map((finding) => finding.subject),
  )
  const rows = status.services.map((service) => ({
    project: service.project,
    service: service.name,
    cells: engines.map((engine) =>
      cellOf(
        service,
        engine,
        canSee(engine, status.findings),
        faultyServices.has(`service:${service.project}/${service.name}`),
      ),
    ),
  }))
  const projects = [...new Set(rows.map((row) => row.project))]
  return {
    engines: engines.map((engine, index) =>
      columnOf(
        engine,
        canSee(engine, status.findings),
        rows
          .filter((_, row) => engine.home !== true || status.services[row]?.oneShot !== true)
          .map((row) => row.cells[index])
          .filter((cell) => cell !== undefined),
      ),
    ),
    groups: projects.map((project) => ({
      project,
      rows: rows.filter((row) => row.project === project),
    })),
  }
}
