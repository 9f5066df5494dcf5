import { posix } from 'node:path'
import { z } from 'zod'
import { type Door, httpClient } from '../http/http-client.ts'
import { firstLine } from '../http/http-failure.ts'
import { flagsAnswer, runtimeAnswer, vectorAnswer } from './prometheus-answers.ts'

export type Taken =
  /** A directory of this name lies in `snapshots` of the data directory now. */
  | { taken: true; name: string }
  /** `why` in Prometheus' own words; `isOff` where the admin API was not switched on. */
  | { taken: false; isOff: boolean; why: string }

/** What Prometheus' admin API is needed for. */
export interface TsdbAdmin {
  /** Where the data is, in Prometheus' own file system, and for how long it is kept. */
  storage(signal?: AbortSignal): Promise<{ path: string; retention: string }>
  /** Names of all jobs that it has samples of by now. */
  jobs(signal?: AbortSignal): Promise<readonly string[]>
  /** The head becomes a block of its own in it. Rejects when there is no answer. */
  takeSnapshot(signal?: AbortSignal): Promise<Taken>
  close(): void
}

/** Of `YYYYMMDDTHHMMSSZ-<random>`; the time is when it was asked for, by Prometheus' clock. */
const snapshotName = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[0-9a-f]+$/

export const isSnapshotName = (name: string): boolean => snapshotName.test(name)

/** Epoch milliseconds, of a whole second. */
export function snapshotTakenAt(name: string): number | undefined {
  const match = snapshotName.exec(name)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second] = match
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

const answer = z.object({
  status: z.string(),
  data: z.object({ name: z.string() }).nullish(),
  errorType: z.string().nullish(),
  error: z.string().nullish(),
})

/** Blocks are linked at once; a large head is written out first. */
const snapshotPatienceMs = 10 * 60_000

export function tsdbAdmin(door: Omit<Door, 'what'>): TsdbAdmin {
  const http = httpClient({ what: 'Prometheus', ...door })
  return {
    async storage(signal) {
      const asked = signal ? { signal } : {}
      const [flags, runtime] = await Promise.all([
        http.askJson('/api/v1/status/flags', flagsAnswer, asked),
        http.askJson('/api/v1/status/runtimeinfo', runtimeAnswer, asked),
      ])
      const { CWD, storageRetention } = runtime.data
      return {
        path: posix.resolve(CWD || '/', flags.data['storage.tsdb.path'] ?? 'data/'),
        retention: storageRetention,
      }
    },
    async jobs(signal) {
      const said = await http.askJson('/api/v1/query', vectorAnswer, {
        ...(signal && { signal }),
        query: { query: 'count by (job) (up)' },
      })
      return said.data.result.flatMap(({ metric }) => metric['job'] ?? []).toSorted()
    },
    async takeSnapshot(signal) {
      // Switched off it answers 500 in 2.42 and 503 in 3.14: the body says which it is.
      const said = await http.askJson('/api/v1/admin/tsdb/snapshot', answer, {
        ...(signal && { signal }),
        body: {},
        alsoStatus: () => true,
        patienceMs: snapshotPatienceMs,
      })
      const name = said.data?.name
      if (said.status === 'success' && name !== undefined) {
        if (isSnapshotName(name)) return { taken: true, name }
        return { taken: false, isOff: false, why: `it named the snapshot ${JSON.stringify(name)}` }
      }
      const why = firstLine(said.error ?? undefined)
      return { taken: false, isOff: /admin APIs disabled/i.test(why), why }
    },
    close: http.close,
  }
}
