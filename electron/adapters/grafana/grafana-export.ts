import { z } from 'zod'
import { type Door, type HttpClient, httpClient } from '../http/http-client.ts'
import { HttpFailure } from '../http/http-failure.ts'
import { healthAnswer, searchAnswer } from './grafana-answers.ts'

/** One thing of Grafana, as its API gives it. `path` ends in `.json` and is named by its UID. */
export type GrafanaDocument = { path: string; value: unknown }

type Part = {
  what: string
  documents: (http: HttpClient, signal: AbortSignal) => AsyncIterable<GrafanaDocument>
}

const thing = z.looseObject({ uid: z.string().min(1) })
const things = z.array(thing)
const one = z.looseObject({})
const libraryPage = z.object({
  result: z.object({ elements: things, totalCount: z.number() }),
})

const pageSize = 500
const mostPages = 100

/** `name` may be anything; a file's name may not. */
const fileOf = (name: string): string => `${encodeURIComponent(name).replaceAll('.', '%2E')}.json`

const parts: readonly Part[] = [
  {
    what: 'folders',
    async *documents(http, signal) {
      for await (const { uid } of found(http, 'dash-folder', signal)) {
        const value = await http.askJson(`/api/folders/${encodeURIComponent(uid)}`, one, { signal })
        yield { path: `folders/${fileOf(uid)}`, value }
      }
    },
  },
  {
    what: 'dashboards',
    async *documents(http, signal) {
      let missing: HttpFailure | undefined
      for await (const { uid } of found(http, 'dash-db', signal)) {
        const path = `/api/dashboards/uid/${encodeURIComponent(uid)}`
        // One that was saved in schema v2 is refused here with 406 (12.2 and later).
        const value = await http.askJson(path, one, { signal }).catch((error: unknown) => {
          if (!(error instanceof HttpFailure && error.status === 406)) throw error
          missing ??= error
          return undefined
        })
        if (value) yield { path: `dashboards/${fileOf(uid)}`, value }
      }
      if (missing) throw missing
    },
  },
  {
    what: 'library panels',
    async *documents(http, signal) {
      for (let page = 1; page <= mostPages; page += 1) {
        const query = { perPage: String(pageSize), page: String(page) }
        const { result } = await http.askJson('/api/library-elements', libraryPage, {
          signal,
          query,
        })
        for (const value of result.elements)
          yield { path: `library-panels/${fileOf(value.uid)}`, value }
        if (result.elements.length < pageSize) return
      }
    },
  },
  {
    what: 'datasources',
    async *documents(http, signal) {
      for (const value of await http.askJson('/api/datasources', things, { signal }))
        yield { path: `datasources/${fileOf(value.uid)}`, value: withoutSecrets(value) }
    },
  },
  {
    what: 'alert rules',
    // Not /export: what that gives cannot be put back (Grafana's alerting provisioning API).
    async *documents(http, signal) {
      const path = '/api/v1/provisioning/alert-rules'
      for (const value of await http.askJson(path, things, { signal }))
        yield { path: `alert-rules/${fileOf(value.uid)}`, value }
    },
  },
  whole('contact points', '/api/v1/provisioning/contact-points', 'contact-points.json'),
  whole('notification policies', '/api/v1/provisioning/policies', 'policies.json'),
  whole('mute timings', '/api/v1/provisioning/mute-timings', 'mute-timings.json'),
  whole('message templates', '/api/v1/provisioning/templates', 'templates.json'),
]

/** Given as a whole: its things have no UIDs everywhere. Grafana masks the secrets in it. */
function whole(what: string, path: string, file: string): Part {
  return {
    what,
    async *documents(http, signal) {
      yield { path: file, value: await http.askJson(path, z.unknown(), { signal }) }
    },
  }
}

async function* found(http: HttpClient, type: string, signal: AbortSignal) {
  for (let page = 1; page <= mostPages; page += 1) {
    const query = { type, limit: String(pageSize), page: String(page) }
    const some = await http.askJson('/api/search', searchAnswer, { signal, query })
    yield* some
    if (some.length < pageSize) return
  }
}

/** Grafana before 9 gave passwords of datasources to administrators. */
function withoutSecrets(datasource: Record<string, unknown>): Record<string, unknown> {
  const { password: _, basicAuthPassword: __, secureJsonData: ___, ...rest } = datasource
  return rest
}

export type GrafanaExport = {
  version: string
  documents: AsyncIterable<GrafanaDocument>
  /** What could not be asked for, a sentence each, said after `documents` has ended. */
  gaps: () => readonly string[]
  /** What this Grafana does not have at all. */
  without: () => readonly string[]
  close(): void
}

/** Rejects when Grafana does not answer, or refuses the token for everything. */
export async function exportGrafana(
  door: Omit<Door, 'what'>,
  signal: AbortSignal,
): Promise<GrafanaExport> {
  const http = httpClient({ what: 'Grafana', mostBytes: 64 * 1024 * 1024, ...door })
  const gaps: string[] = []
  const without: string[] = []
  try {
    const { version } = await http.askJson('/api/health', healthAnswer, { signal })
    // Every token may ask this; without a right one it is answered 401.
    await http.askJson('/api/org', one, { signal })
    return {
      version,
      documents: all(),
      gaps: () => gaps,
      without: () => without,
      close: http.close,
    }
  } catch (error) {
    http.close()
    throw error
  }

  async function* all(): AsyncGenerator<GrafanaDocument> {
    for (const { what, documents } of parts) {
      try {
        yield* documents(http, signal)
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof HttpFailure)) throw error
        // Older versions, and those without unified alerting.
        if (error.status === 404) without.push(what)
        else gaps.push(`Its ${what} are not all there: ${error.message}`)
      }
    }
  }
}
