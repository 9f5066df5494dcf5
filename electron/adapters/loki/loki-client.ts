import { z } from 'zod'
import type { Loki } from '../../../shared/domain/prometheus.ts'
import { type Door, httpClient } from '../http/http-client.ts'
import { HttpFailure } from '../http/http-failure.ts'

interface LokiClient {
  look(signal?: AbortSignal): Promise<Loki>
  close(): void
}

/** `orgId` is the tenant, for a Loki that runs with `auth_enabled`. */
type LokiDoor = Omit<Door, 'what'> & { orgId?: string; now?: () => number }

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const buildAnswer = z.object({ version: text })
const labelsAnswer = z.object({ data: z.array(z.string()).nullish() })
const streamsAnswer = z.object({
  data: z.object({
    result: z
      .array(z.object({ values: z.array(z.tuple([z.string(), z.string()]).rest(z.unknown())) }))
      .nullish(),
  }),
})

const minuteMs = 60_000
/** The first is cheap and enough while logs flow; the second tells how long they have not. */
const lookBackMs = [15 * minuteMs, 24 * 60 * minuteMs]
const freshMs = 5 * minuteMs
/** Clocks of those who write may be ahead. */
const aheadMs = 10 * minuteMs
/** Labels that most streams of a Docker host have, best first. */
const usual = [
  'service_name',
  'job',
  'container',
  'container_name',
  'compose_service',
  'filename',
  'host',
]
const mostLabels = 3

export function lokiClient(door: LokiDoor): LokiClient {
  const { orgId, now = Date.now, ...rest } = door
  const http = httpClient({
    what: 'Loki',
    ...rest,
    headers: { ...rest.headers, ...(orgId && { 'x-scope-orgid': orgId }) },
  })

  /** A selector needs a matcher that is not empty, so some label is taken that streams have. */
  async function newestSince(since: number, signal?: AbortSignal): Promise<number | undefined> {
    const asked = signal ? { signal } : {}
    const range = { start: nanoseconds(since), end: nanoseconds(now() + aheadMs) }
    const labels = await http.askJson('/loki/api/v1/labels', labelsAnswer, {
      ...asked,
      query: range,
    })
    let newest: number | undefined
    for (const label of selectable(labels.data ?? [])) {
      const query = { ...range, query: `{${label}=~".+"}`, limit: '1', direction: 'backward' }
      const path = '/loki/api/v1/query_range'
      const { data } = await http.askJson(path, streamsAnswer, { ...asked, query })
      const times = (data.result ?? []).flatMap(({ values }) => values.map(([at]) => millis(at)))
      newest = Math.max(newest ?? 0, ...times) || undefined
      // Not every stream has every label; while logs flow one label is enough to see it.
      if (newest !== undefined && newest > now() - freshMs) break
    }
    return newest
  }

  async function newestLineAt(signal?: AbortSignal): Promise<number | undefined> {
    for (const backMs of lookBackMs) {
      const at = await newestSince(now() - backMs, signal)
      if (at !== undefined) return at
    }
    return undefined
  }

  return {
    async look(signal) {
      const asked = signal ? { signal } : {}
      const [ready, build] = await Promise.all([
        http.ask('/ready', { ...asked, alsoStatus: (status) => status === 503 }),
        http
          .askJson('/loki/api/v1/status/buildinfo', buildAnswer, asked)
          .catch((error: unknown) => {
            // Old versions and some gateways do not say it.
            if (error instanceof HttpFailure && error.status !== undefined) return { version: '' }
            throw error
          }),
      ])
      if (ready.status === 503) return { ready: false, version: build.version }
      const newest = await newestLineAt(signal)
      return {
        ready: true,
        version: build.version,
        ...(newest !== undefined && { newestLineAt: newest }),
      }
    },
    close: http.close,
  }
}

/** The labels to try, best first. Loki's own names begin with two underscores. */
export function selectable(labels: readonly string[]): string[] {
  const rank = (label: string) => (usual.includes(label) ? usual.indexOf(label) : usual.length)
  return labels
    .filter((label) => /^[a-zA-Z_]\w*$/.test(label) && !label.startsWith('__'))
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, mostLabels)
}

const nanoseconds = (at: number): string => `${Math.round(at)}000000`
const millis = (nanos: string): number => Number(nanos.slice(0, -6))
