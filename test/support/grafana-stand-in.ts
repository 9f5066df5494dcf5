import type { IncomingMessage, ServerResponse } from 'node:http'
import { bodyText, type WebServer, webServer } from './web-server.ts'

// A stand-in: it is no Grafana. It answers the part of Grafana's documented HTTP API that we
// ask, and really puts the queries of panels to the Prometheus that a datasource names.

export type StandInDatasource = {
  uid: string
  name: string
  type: string
  url: string
  isDefault?: boolean
  jsonData?: Record<string, unknown>
}

export type StandInDashboard = {
  uid: string
  folderTitle?: string
  /** Empty for the one at the top. */
  folderUid?: string
  /** Counts the saves; 1 unless said. */
  version?: number
  /** ISO time of the last save. */
  updated?: string
  /** The file that it comes from: it cannot be saved or deleted. */
  provisionedBy?: string
  /** Saved in schema v2, so that only the newer API gives it, as a resource. */
  isSchema2?: boolean
  dashboard: Record<string, unknown> & { title: string }
}

export type Query = {
  refId: string
  expr?: string
  instant?: boolean
  hide?: boolean
  datasource: { uid: string; type: string }
  intervalMs: number
}

type StandInResult = { status: number; error?: string; frames?: unknown[] }

export type GrafanaStandIn = Omit<WebServer, 'asked'> & {
  asked: string[]
  version: string
  databaseOk: boolean
  /** Requests with another token are refused; without one nobody is let in. */
  token: string
  /** The token is a viewer's: it may query, and not list the datasources. */
  isViewer: boolean
  /** Lets in who comes with this name and password, beside the token. */
  login?: { user: string; password: string }
  /** What it brings every dashboard up to that it saves; absent, and it keeps what it is given. */
  schemaVersion?: number
  /** Titles of folders by their UIDs. */
  folders: Map<string, string>
  datasources: StandInDatasource[]
  dashboards: StandInDashboard[]
  /** Models of library panels by uid. */
  library: Map<string, Record<string, unknown>>
  /** Every body that `/api/ds/query` has been sent. */
  queried: { queries: Query[]; from: string; to: string }[]
  /** Answers a query instead of the Prometheus that its datasource names. */
  answerQuery?: (query: Query) => StandInResult
  /** Asks datasources from where a Grafana would, if that is not here. */
  fetch: (url: string) => Promise<Response>
}

export async function grafanaStandIn(
  given: Partial<
    Pick<
      GrafanaStandIn,
      'token' | 'login' | 'datasources' | 'dashboards' | 'folders' | 'answerQuery' | 'fetch'
    >
  > = {},
): Promise<GrafanaStandIn> {
  const server = await webServer((request, response) => {
    answer(standIn, request).then(
      ({ status, json }) => send(response, status, json),
      (error: Error) => send(response, 500, { message: error.message }),
    )
  })
  const standIn: GrafanaStandIn = {
    get url() {
      return server.url
    },
    asked: server.asked,
    start: server.start,
    stop: server.stop,
    version: '11.6.0',
    databaseOk: true,
    token: 'a-token',
    isViewer: false,
    folders: new Map(),
    datasources: [],
    dashboards: [],
    library: new Map(),
    queried: [],
    fetch,
    ...given,
  }
  return standIn
}

type Answered = { status: number; json: unknown }
const ok = (json: unknown): Answered => ({ status: 200, json })
const refuse = (status: number, message: string): Answered => ({ status, json: { message } })

function send(response: ServerResponse, status: number, json: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
}

async function answer(standIn: GrafanaStandIn, request: IncomingMessage): Promise<Answered> {
  const url = new URL(request.url ?? '/', standIn.url)
  const parts = url.pathname.split('/').slice(2).map(decodeURIComponent)
  const [area, ...rest] = parts
  if (area === 'health') {
    const { databaseOk, version } = standIn
    const database = databaseOk ? 'ok' : 'failing'
    return { status: databaseOk ? 200 : 503, json: { commit: '0', database, version } }
  }
  if (!isLetIn(standIn, request.headers.authorization)) return refuse(401, 'Invalid API key')
  if (area === 'datasources' && rest.length === 0 && standIn.isViewer)
    return refuse(403, "You'll need additional permissions: datasources:read")
  if (area === 'org') return ok({ id: 1, name: 'Main Org.' })
  if (area === 'frontend' && rest[0] === 'settings') return settings(standIn)
  if (area === 'datasources') return datasources(standIn, rest, url)
  if (area === 'search') return search(standIn, url)
  if (area === 'dashboards' || area === 'folders') return savedThings(standIn, request, parts)
  if (url.pathname.startsWith('/apis/dashboard.grafana.app/v2beta1/namespaces/default/')) {
    const found = standIn.dashboards.find((one) => one.uid === parts.at(-1) && one.isSchema2)
    if (!found) return refuse(404, 'Dashboard not found')
    const apiVersion = 'dashboard.grafana.app/v2beta1'
    return ok({
      kind: 'Dashboard',
      apiVersion,
      metadata: { name: found.uid },
      spec: found.dashboard,
    })
  }
  if (area === 'library-elements') {
    const model = standIn.library.get(rest[0] ?? '')
    return model
      ? ok({ result: { uid: rest[0], model } })
      : refuse(404, 'library element not found')
  }
  if (area === 'ds' && rest[0] === 'query' && request.method === 'POST')
    return dsQuery(standIn, JSON.parse(await bodyText(request)))
  return refuse(404, 'Not found')
}

async function datasources(standIn: GrafanaStandIn, parts: string[], url: URL): Promise<Answered> {
  if (parts.length === 0)
    return ok(standIn.datasources.map((one, index) => ({ id: index + 1, jsonData: {}, ...one })))
  const [how, ...rest] = parts
  const isProxy = how === 'proxy'
  const uid = isProxy ? rest[1] : rest[0]
  const source = standIn.datasources.find((one) => one.uid === uid)
  if (!source) return refuse(404, 'Data source not found')
  if (isProxy) {
    const path = `/${rest.slice(2).map(encodeURIComponent).join('/')}${url.search}`
    const answered = await standIn.fetch(`${source.url}${path}`).catch(() => undefined)
    if (!answered) return refuse(502, 'Bad Gateway')
    return { status: answered.status, json: await answered.json() }
  }
  if (rest[1] === 'health') return health(standIn, source)
  return ok(source)
}

function settings({ datasources }: GrafanaStandIn): Answered {
  const builtIn = { uid: 'grafana', type: 'datasource', meta: { builtIn: true } }
  const own = datasources.map(({ name, uid, type, jsonData }) => [
    name,
    { id: 1, uid, type, jsonData: jsonData ?? {}, url: `/api/datasources/proxy/uid/${uid}` },
  ])
  return ok({
    datasources: { '-- Grafana --': builtIn, ...Object.fromEntries(own) },
    defaultDatasource: datasources.find(({ isDefault }) => isDefault)?.name ?? '-- Grafana --',
  })
}

async function health(standIn: GrafanaStandIn, source: StandInDatasource): Promise<Answered> {
  if (source.type !== 'prometheus') return refuse(404, 'Plugin health check is not implemented')
  const failed = (message: string) => ({ status: 400, json: { status: 'ERROR', message } })
  try {
    const answered = await standIn.fetch(`${source.url}/api/v1/query?query=1%2B1`)
    if (!answered.ok) return failed(`${answered.status} ${answered.statusText}`)
    return ok({ status: 'OK', message: 'Successfully queried the Prometheus API.' })
  } catch (error) {
    const { cause } = error as { cause?: { message?: string } }
    return failed(`Post "${source.url}/api/v1/query": ${cause?.message}`)
  }
}

function search(standIn: GrafanaStandIn, url: URL): Answered {
  if (url.searchParams.get('type') === 'dash-folder')
    return ok([...standIn.folders].map(([uid, title]) => ({ uid, title, type: 'dash-folder' })))
  const limit = Number(url.searchParams.get('limit') ?? 1000)
  const page = Number(url.searchParams.get('page') ?? 1)
  const some = standIn.dashboards.slice((page - 1) * limit, page * limit)
  return ok(
    some.map(({ uid, folderTitle, dashboard }) => ({
      uid,
      title: dashboard.title,
      type: 'dash-db',
      ...(folderTitle && { folderTitle }),
    })),
  )
}

function isLetIn({ token, login }: GrafanaStandIn, authorization = ''): boolean {
  if (authorization === `Bearer ${token}`) return true
  if (!login) return false
  const pair = Buffer.from(`${login.user}:${login.password}`).toString('base64')
  return authorization === `Basic ${pair}`
}

async function savedThings(
  standIn: GrafanaStandIn,
  request: IncomingMessage,
  [area, ...rest]: string[],
): Promise<Answered> {
  const isPost = request.method === 'POST'
  if (area === 'dashboards' && rest[0] === 'db' && isPost)
    return save(standIn, JSON.parse(await bodyText(request)))
  if (area === 'dashboards' && rest[0] === 'uid') {
    const uid = rest[1] ?? ''
    return request.method === 'DELETE' ? remove(standIn, uid) : dashboard(standIn, uid)
  }
  if (area !== 'folders') return refuse(404, 'Not found')
  if (isPost) {
    const { uid, title } = JSON.parse(await bodyText(request)) as { uid: string; title: string }
    if (standIn.isViewer) return refuse(403, "You'll need additional permissions: folders:create")
    if (standIn.folders.has(uid)) return refuse(412, 'A folder with the same uid already exists')
    standIn.folders.set(uid, title)
    return ok({ uid, title, version: 1 })
  }
  const title = standIn.folders.get(rest[0] ?? '')
  return title === undefined ? refuse(404, 'folder not found') : ok({ uid: rest[0], title })
}

type Save = {
  dashboard: Record<string, unknown> & { uid?: string; title: string; version?: number | null }
  folderUid?: string
  overwrite?: boolean
}

/** As Grafana does: without `overwrite` only over the version that the sender has seen. */
function save(standIn: GrafanaStandIn, { dashboard, folderUid = '', overwrite }: Save): Answered {
  if (standIn.isViewer) return refuse(403, "You'll need additional permissions: dashboards:write")
  const { uid = `made-${standIn.dashboards.length + 1}` } = dashboard
  const before = standIn.dashboards.find((one) => one.uid === uid)
  if (before?.provisionedBy !== undefined) return refuse(400, 'Cannot save provisioned dashboard')
  const seen = before?.version ?? 1
  if (before && !overwrite && (dashboard.version ?? 0) !== seen) {
    const message = 'The dashboard has been changed by someone else'
    return { status: 412, json: { status: 'version-mismatch', message } }
  }
  if (folderUid !== '' && !standIn.folders.has(folderUid)) return refuse(400, 'folder not found')
  const version = before ? seen + 1 : 1
  const folderTitle = standIn.folders.get(folderUid)
  const { id: _, version: __, ...given } = dashboard
  const { schemaVersion } = standIn
  const kept = { ...given, ...(schemaVersion !== undefined && { schemaVersion }) }
  const saved: StandInDashboard = {
    uid,
    folderUid,
    version,
    updated: new Date().toISOString(),
    dashboard: kept,
    ...(folderTitle !== undefined && { folderTitle }),
  }
  standIn.dashboards = [...standIn.dashboards.filter((one) => one.uid !== uid), saved]
  return ok({ status: 'success', uid, version, folderUid })
}

function remove(standIn: GrafanaStandIn, uid: string): Answered {
  if (standIn.isViewer) return refuse(403, "You'll need additional permissions: dashboards:delete")
  const found = standIn.dashboards.find((one) => one.uid === uid)
  if (!found) return refuse(404, 'Dashboard not found')
  if (found.provisionedBy !== undefined)
    return refuse(400, 'provisioned dashboard cannot be deleted')
  standIn.dashboards = standIn.dashboards.filter((one) => one !== found)
  return ok({ title: found.dashboard.title, message: `Dashboard ${found.dashboard.title} deleted` })
}

function dashboard(standIn: GrafanaStandIn, uid: string): Answered {
  const found = standIn.dashboards.find((one) => one.uid === uid)
  if (!found) return refuse(404, 'Dashboard not found')
  const { folderUid = '', provisionedBy, version = 1, updated } = found
  const folderTitle = found.folderTitle ?? standIn.folders.get(folderUid) ?? ''
  if (found.isSchema2) {
    const path = `/apis/dashboard.grafana.app/v2beta1/namespaces/default/dashboards/${uid}`
    return refuse(406, `dashboard api version not supported, use ${path} instead`)
  }
  const meta = {
    folderTitle,
    folderUid,
    version,
    canSave: !standIn.isViewer,
    provisioned: provisionedBy !== undefined,
    ...(provisionedBy !== undefined && { provisionedExternalId: provisionedBy }),
    ...(updated !== undefined && { updated }),
  }
  const id = standIn.dashboards.indexOf(found) + 1
  return ok({ meta, dashboard: { ...found.dashboard, uid, id, version } })
}

async function dsQuery(
  standIn: GrafanaStandIn,
  body: { queries: Query[]; from: string; to: string },
): Promise<Answered> {
  standIn.queried.push(body)
  const results: Record<string, StandInResult> = {}
  for (const query of body.queries) {
    const source = standIn.datasources.find(({ uid }) => uid === query.datasource.uid)
    if (!source) return refuse(404, 'data source not found')
    results[query.refId] =
      standIn.answerQuery?.(query) ??
      (await askPrometheus(standIn, source, query, body.from, body.to))
  }
  const failed = Object.values(results).some(({ error }) => error)
  return { status: failed ? 400 : 200, json: { results } }
}

type Series = { metric: Record<string, string>; values?: Sample[]; value?: Sample }
type Sample = [number, string]

async function askPrometheus(
  standIn: GrafanaStandIn,
  { url }: StandInDatasource,
  query: Query,
  from: string,
  to: string,
): Promise<StandInResult> {
  const at = (millis: string) => String(Number(millis) / 1000)
  const params = new URLSearchParams({ query: query.expr ?? '' })
  if (query.instant) params.set('time', at(to))
  else {
    params.set('start', at(from))
    params.set('end', at(to))
    params.set('step', String(query.intervalMs / 1000))
  }
  const path = query.instant ? 'query' : 'query_range'
  const answered = await standIn.fetch(`${url}/api/v1/${path}?${params}`).catch(() => undefined)
  if (!answered) return { status: 502, error: `Post "${url}/api/v1/${path}": connection refused` }
  const json = (await answered.json()) as {
    data?: { result: Series[] }
    error?: string
    errorType?: string
  }
  if (json.error) return { status: 400, error: `${json.errorType}: ${json.error}` }
  return { status: 200, frames: (json.data?.result ?? []).map(frameOf) }
}

/** NaN is null among the values and listed beside them, as Grafana writes its frames. */
function frameOf({ metric, values, value }: Series): unknown {
  const samples = values ?? (value ? [value] : [])
  const numbers = samples.map(([, text]) => Number(text))
  const nans = numbers.flatMap((one, index) => (Number.isNaN(one) ? [index] : []))
  return {
    schema: {
      fields: [
        { name: 'Time', type: 'time' },
        { name: 'Value', type: 'number', labels: metric },
      ],
    },
    data: {
      values: [
        samples.map(([seconds]) => seconds * 1000),
        numbers.map((one) => (Number.isFinite(one) ? one : null)),
      ],
      ...(nans.length > 0 && { entities: [null, { NaN: nans }] }),
    },
  }
}
