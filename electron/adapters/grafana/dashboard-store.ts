import { z } from 'zod'
import { type Door, httpClient } from '../http/http-client.ts'
import { firstLine, HttpFailure } from '../http/http-failure.ts'
import type { DashboardModel } from './dashboard-content.ts'
import { type FoundDashboard, searchAnswer } from './grafana-answers.ts'

/** A folder of Grafana; nothing is the one at the top. */
export type Folder = { uid: string; title: string }

/** A dashboard, and what Grafana says of it. */
export type HeldDashboard = {
  model: DashboardModel
  version: number
  folder: Folder | null
  /** It comes from a file, and Grafana saves no other. The file's name, where Grafana tells. */
  provisionedBy: string | null
  /** False where this token may not save it. */
  maySave: boolean
  /** Epoch milliseconds; absent where Grafana does not say. */
  updatedAt?: number
}

/** The dashboards of one Grafana, one at a time. Everything rejects with a sentence for a person. */
export interface DashboardStore {
  /** Who is asked and where, without secrets. */
  readonly at: string
  list(signal?: AbortSignal): Promise<FoundDashboard[]>
  /** Undefined where there is none. */
  of(uid: string, signal?: AbortSignal): Promise<HeldDashboard | undefined>
  /**
   * Makes it, or saves it over exactly the version that `over` is: one that somebody saved in
   * between stays. A folder that is missing is made. Resolves with the version that it has then.
   */
  put(wanted: Wanted, over: HeldDashboard | undefined, signal?: AbortSignal): Promise<number>
  remove(uid: string, signal?: AbortSignal): Promise<void>
  close(): void
}

export type Wanted = {
  uid: string
  model: DashboardModel
  folder: Folder | null
  /** Stands in Grafana's own list of versions. */
  message: string
}

const text = z.string().nullish()
const meta = z
  .looseObject({
    folderUid: text,
    folderTitle: text,
    provisioned: z.boolean().nullish(),
    provisionedExternalId: text,
    canSave: z.boolean().nullish(),
    updated: text,
  })
  .nullish()
/** What `GET /api/dashboards/uid/…` gives, and an export keeps. */
const heldAnswer = z.object({ dashboard: z.record(z.string(), z.unknown()), meta })
/** What it says of one that was saved in schema v2 (Grafana 12 and later). */
const elsewhere = z.looseObject({ message: z.string() })
const saved = z.looseObject({ status: text, message: text, version: z.number().nullish() })
const anything = z.looseObject({})

const pageSize = 1000
const mostPages = 5
/** Grafana waits for its database. */
const savePatienceMs = 30_000

/** What an export kept of a dashboard; undefined where it is of another form. */
export function heldDashboard(document: unknown): HeldDashboard | undefined {
  const parsed = heldAnswer.safeParse(document)
  return parsed.success ? heldOf(parsed.data) : undefined
}

function heldOf({ dashboard, meta }: z.infer<typeof heldAnswer>): HeldDashboard {
  const { folderUid, folderTitle, provisioned, provisionedExternalId, canSave, updated } =
    meta ?? {}
  const updatedAt = Date.parse(updated ?? '')
  const version = dashboard['version']
  return {
    model: dashboard,
    version: typeof version === 'number' ? version : 0,
    folder: folderUid ? { uid: folderUid, title: folderTitle || folderUid } : null,
    provisionedBy: provisioned ? (provisionedExternalId ?? '') : null,
    maySave: canSave !== false,
    // One that was never saved says the year 1.
    ...(updatedAt > 0 && { updatedAt }),
  }
}

export function dashboardStore(door: Omit<Door, 'what'>): DashboardStore {
  const http = httpClient({ what: 'Grafana', ...door })
  const withSignal = (signal?: AbortSignal) => (signal ? { signal } : {})
  const pathOf = (uid: string) => `/api/dashboards/uid/${encodeURIComponent(uid)}`

  /** With a clear word for a token that may look, and no more. */
  async function rightTo<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof HttpFailure && error.code === 'permission-denied')) throw error
      const sentence =
        door.token === undefined
          ? `${http.at} does not let the login of its container ${what}.`
          : `${http.at} does not let its token ${what}. Give one of an editor: odin-sentinel token grafana.`
      throw new HttpFailure(error.code, sentence, { cause: error })
    }
  }

  async function makeFolder({ uid, title }: Folder, signal?: AbortSignal): Promise<void> {
    const path = `/api/folders/${encodeURIComponent(uid)}`
    const isMissing = (status: number) => status === 404
    const found = await http.ask(path, { ...withSignal(signal), alsoStatus: isMissing })
    if (found.status !== 404) return
    await http.askJson('/api/folders', anything, { ...withSignal(signal), body: { uid, title } })
  }

  return {
    at: http.at,
    async list(signal) {
      const found: FoundDashboard[] = []
      for (let page = 1; page <= mostPages; page += 1) {
        const query = { type: 'dash-db', limit: String(pageSize), page: String(page) }
        const some = await rightTo('look at dashboards', () =>
          http.askJson('/api/search', searchAnswer, { ...withSignal(signal), query }),
        )
        found.push(...some)
        if (some.length < pageSize) break
      }
      return found
    },
    async of(uid, signal) {
      const answer = await rightTo('look at dashboards', () =>
        http.askJson(pathOf(uid), z.union([heldAnswer, elsewhere]), {
          ...withSignal(signal),
          alsoStatus: (status) => status === 404 || status === 406,
        }),
      )
      const held = heldAnswer.safeParse(answer)
      if (held.success) return heldOf(held.data)
      const said = elsewhere.parse(answer).message
      if (!said.includes('/apis/')) return undefined
      throw new HttpFailure(
        'invalid',
        `Dashboard ${uid} is kept by ${http.at} in the newer form, which is not put back one at a time; the data of Grafana as a whole is.`,
      )
    },
    async put({ uid, model, folder, message }, over, signal) {
      return rightTo('save dashboards', async () => {
        if (folder) await makeFolder(folder, signal)
        const dashboard = { ...model, uid, id: over?.model['id'] ?? null, version: over?.version }
        const body = { dashboard, folderUid: folder?.uid ?? '', message, overwrite: false }
        // 412 is what Grafana answers where the version is not the one that is there any more,
        // 400 where the dashboard comes from a file.
        const { status, text: said } = await http.ask('/api/dashboards/db', {
          ...withSignal(signal),
          body,
          alsoStatus: (code) => code === 412 || code === 400,
          patienceMs: savePatienceMs,
        })
        if (status === 200) return versionIn(said) ?? (over?.version ?? 0) + 1
        throw new HttpFailure('invalid', problemOf(uid, status, said), { status })
      })
    },
    async remove(uid, signal) {
      await rightTo('delete dashboards', () =>
        http.ask(pathOf(uid), {
          ...withSignal(signal),
          method: 'DELETE',
          alsoStatus: (status) => status === 404,
          patienceMs: savePatienceMs,
        }),
      )
    },
    close: http.close,
  }

  function problemOf(uid: string, status: number, said: string): string {
    const parsed = saved.safeParse(jsonOf(said))
    const { status: word, message } = parsed.success ? parsed.data : {}
    if (word === 'version-mismatch') {
      return `Dashboard ${uid} was saved by somebody else meanwhile, so it is left alone. Look at a new plan.`
    }
    const why = firstLine(message ?? said)
    if (/provisioned/i.test(why)) {
      return `Dashboard ${uid} comes from a file that Grafana is provisioned with, so it cannot be saved here: put the file back instead.`
    }
    return `${http.at} did not save dashboard ${uid}: it answered ${status}: ${why}.`
  }
}

function versionIn(said: string): number | undefined {
  const parsed = saved.safeParse(jsonOf(said))
  return parsed.success ? (parsed.data.version ?? undefined) : undefined
}

function jsonOf(said: string): unknown {
  try {
    return JSON.parse(said)
  } catch {
    return undefined
  }
}
