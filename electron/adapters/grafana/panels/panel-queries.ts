import type { RawDatasource, RawPanel, RawTarget, RawVariable } from '../grafana-answers.ts'
import { expandAll, type Variables } from './expand-variables.ts'
import { type FoundSource, findSource, type Source } from './find-datasource.ts'
import { intervalSeconds, type TimeRange, timeVariables } from './time-variables.ts'

/** One query as Grafana's `/api/ds/query` takes it, all variables expanded. */
export type PanelQuery = {
  refId: string
  datasource: { uid: string; type: string }
  intervalMs: number
  maxDataPoints: number
  [field: string]: unknown
}

/** What a panel asks. Queries that refer to each other only make sense in one request. */
type PanelAsks =
  | { kind: 'queries'; queries: readonly PanelQuery[]; together: boolean }
  | { kind: 'nothing'; why: string }
  | { kind: 'broken'; why: string }

export type Surroundings = {
  range: TimeRange
  variables: Variables
  list: readonly RawVariable[]
  sources: readonly Source[]
}

/** Panels that show something else than the answers of queries. */
const withoutQueries = [
  'text',
  'news',
  'dashlist',
  'alertlist',
  'annolist',
  'pluginlist',
  'welcome',
  'gettingstarted',
  'row',
]

/** A few points are enough to tell data from none, and cost the datasource less than a viewer. */
const fewPoints = 20
const fewLines = 5

export function panelAsks(panel: RawPanel, around: Surroundings): PanelAsks {
  if (withoutQueries.includes(panel.type))
    return { kind: 'nothing', why: `A panel of type ${panel.type} asks no datasource.` }
  const asked = (panel.targets ?? []).map((target, index) => ({
    target,
    refId: target.refId || String.fromCharCode(65 + index),
    found: sourceOf(panel.datasource, target, around),
  }))
  const together = asked.some(({ found }) => found.kind === 'expression')
  const wanted = asked.filter(
    ({ target, found }) =>
      found.kind !== 'built-in' && (together || target.hide !== true) && !isBlank(target, found),
  )
  if (wanted.length === 0) return { kind: 'nothing', why: 'It has no query of its own.' }
  const missing = wanted.find(({ found }) => found.kind === 'missing')?.found
  if (missing?.kind === 'missing')
    return { kind: 'broken', why: `There is no datasource ${missing.name}.` }
  const queries = wanted.map(({ target, refId, found }) =>
    queryOf(target, refId, found, panel, around),
  )
  return { kind: 'queries', queries, together }
}

/** The query's own datasource counts, the panel's where it names none. */
function sourceOf(ofPanel: RawDatasource, target: RawTarget, around: Surroundings): FoundSource {
  const { sources, variables } = around
  const panels = findSource(ofPanel, sources, variables)
  const own = target.datasource ? findSource(target.datasource, sources, variables) : undefined
  if (own?.kind === 'expression' || panels.kind === 'mixed' || ofPanel == null)
    return own ?? (panels.kind === 'mixed' ? findSource(undefined, sources, variables) : panels)
  return panels
}

/** Grafana does not send a query without an expression either. */
function isBlank({ expr }: RawTarget, found: FoundSource): boolean {
  if (found.kind !== 'source' || !/prometheus|loki/.test(found.source.type)) return false
  return typeof expr !== 'string' || expr.trim() === ''
}

function queryOf(
  target: RawTarget,
  refId: string,
  found: FoundSource,
  panel: RawPanel,
  { range, variables, list }: Surroundings,
): PanelQuery {
  const source =
    found.kind === 'source' ? found.source : { uid: '__expr__', type: '__expr__', timeInterval: '' }
  const own = typeof target['interval'] === 'string' ? target['interval'] : ''
  const scrape = intervalSeconds(source.timeInterval)
  const interval = intervalSeconds(own, panel.interval, source.timeInterval)
  const all = new Map([...variables, ...timeVariables(range, interval, scrape)])
  const pointMs = Math.max(interval * 1000, (range.to - range.from) / fewPoints)
  const { hide, ...query } = expandAll({ ...target, interval: own }, all, source.type)
  return {
    ...query,
    ...(hide === true && { hide }),
    ...('exemplar' in target && { exemplar: false }),
    ...(source.type === 'loki' && { maxLines: fewLines }),
    ...(source.type === 'prometheus' && adHocFilters(list)),
    // Already expanded: what is left of it only sets the smallest step.
    interval: '',
    refId,
    datasource: { uid: source.uid, type: source.type },
    intervalMs: Math.round(pointMs),
    maxDataPoints: fewPoints,
  }
}

/** Since Grafana 10 the Prometheus plugin adds these to the query itself. */
function adHocFilters(list: readonly RawVariable[]): { adhocFilters?: unknown[] } {
  const filters = list.flatMap(({ type, filters }) => (type === 'adhoc' ? (filters ?? []) : []))
  return filters.length > 0 ? { adhocFilters: filters } : {}
}

/** The variables as one copy of a repeated panel sees them: each repeated one at its first value. */
export function forOneCopy(variables: Variables, oneValueOf: readonly string[]): Variables {
  if (oneValueOf.length === 0) return variables
  return new Map(
    [...variables].map(([name, value]) => {
      if (!oneValueOf.includes(name)) return [name, value]
      const { values, texts, many } = value
      return [name, { values: values.slice(0, 1), texts: texts.slice(0, 1), many }]
    }),
  )
}
