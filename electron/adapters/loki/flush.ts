import { type Door, httpClient } from '../http/http-client.ts'

const patienceMs = 120_000

/** Has Loki write the chunks that it holds in memory. They are on disk a moment after the answer. */
export async function flushLoki(door: Omit<Door, 'what'>, signal?: AbortSignal): Promise<void> {
  const http = httpClient({ what: 'Loki', ...door })
  try {
    await http.ask('/flush', { ...(signal && { signal }), body: {}, patienceMs })
  } finally {
    http.close()
  }
}
