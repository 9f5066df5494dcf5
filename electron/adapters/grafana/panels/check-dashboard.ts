import type { Dashboard, Panel } from '../../../../shared/domain/grafana.ts'
import { HttpFailure } from '../../http/http-failure.ts'
import type { FoundDashboard, QueryResult, RawPanel } from '../grafana-answers.ts'
import type { GrafanaClient } from '../grafana-client.ts'
import type { Source } from './find-datasource.ts'
import { type Judged, judgeAnswer } from './judge-answer.ts'
import { forOneCopy, type PanelQuery, panelAsks } from './panel-queries.ts'
import { panelsOf } from './panels-of.ts'
import { isSchema2, partsOfSchema2 } from './schema-2.ts'
import { plain, type TimeRange, timeVariables } from './time-variables.ts'
import { variableValues } from './variable-values.ts'

type DashboardCheck = {
  client: GrafanaClient
  found: FoundDashboard
  sources: readonly Source[]
  /** Panels are asked for the quarter of an hour before this. */
  now: number
  signal: AbortSignal
}

/** A panel of which is not known yet whether it shows data. */
type Asking = { panel: RawPanel; queries: readonly PanelQuery[]; together: boolean }

const rangeMs = 15 * 60_000
const mostInOneRequest = 20

/**
 * Runs the queries of every panel of a dashboard as a viewer would who opens it now. Throws when
 * Grafana itself does not answer; what Grafana answers badly stands in the panels.
 */
export async function checkDashboard(check: DashboardCheck): Promise<Dashboard> {
  const { client, found, sources, signal } = check
  const range: TimeRange = { from: check.now - rangeMs, to: check.now }
  const heading = { uid: found.uid, title: found.title, folder: found.folderTitle }
  const dashboard = await answered(client.dashboard(found.uid, signal))
  if (dashboard instanceof HttpFailure) {
    const state = dashboard.code === 'permission-denied' ? 'not-checked' : 'error'
    return { ...heading, panels: [{ id: 0, title: '', state, message: dashboard.message }] }
  }

  const { placed, list, riddles } = isSchema2(dashboard)
    ? partsOfSchema2(dashboard)
    : { placed: panelsOf(dashboard), list: dashboard.templating?.list ?? [], riddles: [] }
  const builtIn = timeVariables(range, 15, 15)
    .set('__dashboard', plain(found.title))
    .set('__org', plain('1'))
  const variables = await variableValues(list, builtIn, sources, (source, lookup) =>
    client.lookUp(source, lookup, range, signal),
  )

  const judged: { panel: RawPanel; judged: Judged }[] = []
  const asking: Asking[] = []
  for (const { panel: written, oneValueOf } of placed) {
    const panel = await withLibrary(client, written, signal)
    if (panel instanceof HttpFailure) {
      judged.push({ panel: written, judged: { state: 'error', message: panel.message } })
      continue
    }
    const around = { range, variables: forOneCopy(variables, oneValueOf), list, sources }
    const asks = panelAsks(panel, around)
    if (asks.kind === 'queries') asking.push({ panel, ...asks })
    else {
      const state = asks.kind === 'broken' ? 'error' : 'asks-nothing'
      judged.push({ panel, judged: { state, message: asks.why } })
    }
  }
  for (const some of inRequests(asking)) judged.push(...(await askAll(check, some, range)))
  const order = new Map(placed.map(({ panel }, index) => [panel.id, index]))
  judged.sort((a, b) => (order.get(a.panel.id) ?? 0) - (order.get(b.panel.id) ?? 0))
  const unread = riddles.map(
    ({ id, title, why }): Panel => ({
      ...{ id, title, state: 'not-checked', message: why },
    }),
  )
  return { ...heading, panels: [...judged.map(panelOf), ...unread] }
}

/** What Grafana answered, also where that is a refusal; no answer at all is thrown on. */
async function answered<T>(asked: Promise<T>): Promise<T | HttpFailure> {
  try {
    return await asked
  } catch (error) {
    const isAnswer = error instanceof HttpFailure && (error.status ?? 0) >= 400
    if (isAnswer || (error instanceof HttpFailure && error.code === 'invalid')) return error
    throw error
  }
}

/** A library panel stands on the dashboard by its name alone. */
async function withLibrary(
  client: GrafanaClient,
  panel: RawPanel,
  signal: AbortSignal,
): Promise<RawPanel | HttpFailure> {
  const uid = panel.libraryPanel?.uid
  if (!uid || (panel.targets ?? []).length > 0) return panel
  const model = await answered(client.libraryPanel(uid, signal))
  if (model instanceof HttpFailure) return model
  return { ...model, id: panel.id, title: panel.title || model.title, repeat: panel.repeat }
}

/** Panels of one datasource share requests; one whose queries refer to each other has its own. */
function inRequests(asking: readonly Asking[]): Asking[][] {
  const alone = asking.filter(({ together }) => together).map((one) => [one])
  const shared: Asking[][] = []
  const uidOf = ({ queries }: Asking) => queries.map(({ datasource }) => datasource.uid).join()
  const bySource = Map.groupBy(
    asking.filter(({ together }) => !together),
    (one) => new Set(uidOf(one).split(',')).values().next().value,
  )
  for (const group of bySource.values()) {
    let some: Asking[] = []
    let count = 0
    for (const one of group) {
      if (some.length > 0 && count + one.queries.length > mostInOneRequest) {
        shared.push(some)
        some = []
        count = 0
      }
      some.push(one)
      count += one.queries.length
    }
    shared.push(some)
  }
  return [...shared, ...alone]
}

async function askAll(
  check: DashboardCheck,
  some: readonly Asking[],
  range: TimeRange,
): Promise<{ panel: RawPanel; judged: Judged }[]> {
  // Panels name their queries alike. Those that refer to each other must keep their names.
  const nameOf = (index: number, refId: string) => (some.length > 1 ? `p${index}_${refId}` : refId)
  const queries = some.flatMap((one, index) =>
    one.queries.map((query) => ({ ...query, refId: nameOf(index, query.refId) })),
  )
  const results = await askOnce(check, queries, range)
  if (results instanceof HttpFailure && some.length > 1 && !check.signal.aborted) {
    // One query can spoil a whole request, for example by a datasource that has just gone.
    const each = []
    for (const one of some) each.push(...(await askAll(check, [one], range)))
    return each
  }
  return some.map(({ panel, queries, together }, index) => {
    if (results instanceof HttpFailure) return { panel, judged: refusal(results) }
    const wanted = queries.filter((query) => query['hide'] !== true)
    const answers = wanted.map(({ refId }) => results[nameOf(index, refId)])
    return { panel, judged: judgeAnswer(together ? [...answers, ...errorsIn(results)] : answers) }
  })
}

async function askOnce(
  { client, signal }: DashboardCheck,
  queries: readonly PanelQuery[],
  range: TimeRange,
): Promise<Record<string, QueryResult> | HttpFailure> {
  try {
    return await client.query(queries, range, signal)
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    const nobodyThere = error.status === undefined && error.code !== 'invalid'
    if (nobodyThere && error.code !== 'timeout') throw error
    return error
  }
}

const errorsIn = (results: Record<string, QueryResult>): QueryResult[] =>
  Object.values(results).filter(({ error }) => error)

function refusal(failure: HttpFailure): Judged {
  // What is not seen with this token, or not in time, may be well.
  const unseen = failure.code === 'permission-denied' || failure.code === 'timeout'
  return { state: unseen ? 'not-checked' : 'error', message: failure.message }
}

const panelOf = ({ panel, judged }: { panel: RawPanel; judged: Judged }): Panel => ({
  id: panel.id ?? 0,
  title: panel.title,
  ...judged,
})
