import { z } from 'zod'
import type { Datasource, Grafana } from '../../../shared/domain/grafana.ts'
import { type Door, httpClient } from '../http/http-client.ts'
import { firstLine, HttpFailure, statusFailure } from '../http/http-failure.ts'
import {
  dashboardAnswer,
  dashboardElsewhere,
  dashboardResource,
  datasourceHealthAnswer,
  datasourcesAnswer,
  type FoundDashboard,
  healthAnswer,
  labelValuesAnswer,
  libraryElementAnswer,
  type QueryResult,
  queryAnswer,
  type RawDashboard,
  type RawPanel,
  searchAnswer,
  settingsAnswer,
  vectorAnswer,
} from './grafana-answers.ts'
import type { Source } from './panels/find-datasource.ts'
import type { PanelQuery } from './panels/panel-queries.ts'
import type { TimeRange } from './panels/time-variables.ts'
import type { Lookup } from './panels/variable-values.ts'

export interface GrafanaClient {
  /** Health, and with a token the datasources and theirs. Dashboards are another matter. */
  look(signal?: AbortSignal): Promise<Grafana>
  sources(signal?: AbortSignal): Promise<Source[]>
  findDashboards(signal?: AbortSignal): Promise<FoundDashboard[]>
  dashboard(uid: string, signal?: AbortSignal): Promise<RawDashboard>
  libraryPanel(uid: string, signal?: AbortSignal): Promise<RawPanel>
  /** Answers by refId; a query that failed has its error in its answer. */
  query(
    queries: readonly PanelQuery[],
    range: TimeRange,
    signal?: AbortSignal,
  ): Promise<Record<string, QueryResult>>
  lookUp(source: Source, lookup: Lookup, range: TimeRange, signal?: AbortSignal): Promise<string[]>
  close(): void
}

type ListedSource = z.infer<typeof datasourcesAnswer>[number]

const schema2Path = /\/apis\/dashboard\.grafana\.app\/v2\w*\/namespaces\/[\w-]+\/dashboards\/[\w-]+/
const pageSize = 1000
const mostPages = 5
const mostOptions = 5000
/** Grafana itself waits 30 s for a datasource. */
const queryPatienceMs = 15_000

export function grafanaClient(door: Omit<Door, 'what'>): GrafanaClient {
  const http = httpClient({ what: 'Grafana', ...door })
  const withSignal = (signal?: AbortSignal) => (signal ? { signal } : {})

  async function healthOf(uid: string, signal?: AbortSignal) {
    try {
      // An unhealthy one is answered with 400, one whose plugin cannot tell with 404.
      const { status, message } = await http.askJson(
        `/api/datasources/uid/${encodeURIComponent(uid)}/health`,
        datasourceHealthAnswer,
        { ...withSignal(signal), alsoStatus: (code) => code === 400, patienceMs: queryPatienceMs },
      )
      return { health: status === 'OK' ? 'ok' : 'error', message } as const
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error
      return { health: 'unknown', message: error.message } as const
    }
  }

  /** The list is for administrators; a viewer's token finds the same, less addresses, elsewhere. */
  async function listSources(signal?: AbortSignal): Promise<ListedSource[]> {
    try {
      return await http.askJson('/api/datasources', datasourcesAnswer, withSignal(signal))
    } catch (error) {
      if (!(error instanceof HttpFailure && error.status === 403)) throw error
    }
    const settings = await http.askJson(
      '/api/frontend/settings',
      settingsAnswer,
      withSignal(signal),
    )
    return Object.entries(settings.datasources)
      .filter(([, { uid, meta }]) => uid !== '' && uid !== 'grafana' && meta?.builtIn !== true)
      .map(([name, { uid, type, isDefault, jsonData }]) => ({
        uid,
        name,
        type,
        url: '',
        isDefault: isDefault ?? name === settings.defaultDatasource,
        jsonData,
      }))
  }

  async function datasources(signal?: AbortSignal): Promise<Datasource[]> {
    const list = await listSources(signal)
    return Promise.all(
      list.map(async ({ uid, name, type, url }) => ({
        uid,
        name,
        type,
        url,
        ...(await healthOf(uid, signal)),
      })),
    )
  }

  async function look(signal?: AbortSignal): Promise<Grafana> {
    const health = await http.askJson('/api/health', healthAnswer, {
      ...withSignal(signal),
      alsoStatus: (status) => status === 503,
    })
    const base = { version: health.version, databaseOk: health.database === 'ok' }
    if (!door.token || !base.databaseOk) return base
    try {
      return { ...base, datasources: await datasources(signal) }
    } catch (error) {
      if (error instanceof HttpFailure && error.code === 'permission-denied')
        return { ...base, tokenRefused: error.message }
      throw error
    }
  }

  function behind<S extends z.ZodType>(
    { uid }: Source,
    path: string,
    schema: S,
    query: Record<string, string>,
    signal?: AbortSignal,
  ) {
    const whole = `/api/datasources/proxy/uid/${encodeURIComponent(uid)}${path}`
    return http.askJson(whole, schema, {
      ...withSignal(signal),
      query,
      patienceMs: queryPatienceMs,
    })
  }

  async function lookUp(source: Source, lookup: Lookup, range: TimeRange, signal?: AbortSignal) {
    const isLoki = source.type === 'loki'
    const api = isLoki ? '/loki/api/v1' : '/api/v1'
    const bound = (at: number) => (isLoki ? `${at}000000` : String(at / 1000))
    const within = { start: bound(range.from), end: bound(range.to) }
    const labelValues = async (label: string, selector: string) => {
      const path = `${api}/label/${encodeURIComponent(label)}/values`
      const match = isLoki ? { query: selector } : { 'match[]': selector }
      const query = { ...within, ...(selector !== '' && match) }
      return (await behind(source, path, labelValuesAnswer, query, signal)).data ?? []
    }
    switch (lookup.kind) {
      case 'label-values':
        return labelValues(lookup.label, lookup.selector)
      case 'metrics': {
        const pattern = new RegExp(lookup.pattern)
        return (await labelValues('__name__', '')).filter((name) => pattern.test(name))
      }
      case 'label-names':
        return (await behind(source, `${api}/labels`, labelValuesAnswer, within, signal)).data ?? []
      case 'query-result': {
        const query = { query: lookup.query, time: String(range.to / 1000) }
        const { data } = await behind(source, `${api}/query`, vectorAnswer, query, signal)
        return data.result.map(({ metric, value: [at, value] }) => {
          const { __name__: name = '', ...labels } = metric
          const pairs = Object.entries(labels).map(([key, one]) => `${key}="${one}"`)
          return `${name}{${pairs.join(',')}} ${value} ${at * 1000}`
        })
      }
    }
  }

  return {
    look,
    async sources(signal) {
      return (await listSources(signal)).map(({ uid, name, type, isDefault, jsonData }) => ({
        uid,
        name,
        type,
        isDefault: isDefault === true,
        ...(jsonData?.timeInterval && { timeInterval: jsonData.timeInterval }),
      }))
    },
    async findDashboards(signal) {
      const found: FoundDashboard[] = []
      for (let page = 1; page <= mostPages; page += 1) {
        const query = { type: 'dash-db', limit: String(pageSize), page: String(page) }
        const some = await http.askJson('/api/search', searchAnswer, {
          ...withSignal(signal),
          query,
        })
        found.push(...some)
        if (some.length < pageSize) break
      }
      return found
    },
    async dashboard(uid, signal) {
      const path = `/api/dashboards/uid/${encodeURIComponent(uid)}`
      const answer = await http.askJson(path, z.union([dashboardAnswer, dashboardElsewhere]), {
        ...withSignal(signal),
        alsoStatus: (status) => status === 406,
      })
      if ('dashboard' in answer) return answer.dashboard
      const elsewhere = schema2Path.exec(answer.message)?.[0]
      if (elsewhere === undefined || !elsewhere.endsWith(`/${encodeURIComponent(uid)}`))
        throw statusFailure(http.at, 406, answer.message)
      return (await http.askJson(elsewhere, dashboardResource, withSignal(signal))).spec
    },
    async libraryPanel(uid, signal) {
      const path = `/api/library-elements/${encodeURIComponent(uid)}`
      const { result } = await http.askJson(path, libraryElementAnswer, withSignal(signal))
      return { ...result.model, panels: undefined }
    },
    async query(queries, { from, to }, signal) {
      const { results, message } = await http.askJson('/api/ds/query', queryAnswer, {
        ...withSignal(signal),
        body: { queries, from: String(from), to: String(to) },
        // With a failed query among them: 400 or 500, in some versions 207; the results are there.
        alsoStatus: (status) => status === 400 || status === 500,
        patienceMs: queryPatienceMs,
      })
      if (results) return results
      const said = message === '' ? 'a query without a result' : firstLine(message)
      throw new HttpFailure('invalid', `${http.at} answered ${said}.`, { status: 400 })
    },
    async lookUp(source, lookup, range, signal) {
      return (await lookUp(source, lookup, range, signal)).slice(0, mostOptions)
    },
    close: http.close,
  }
}
