import { z } from 'zod'
import { type Door, httpClient } from '../http/http-client.ts'

const silences = z.array(z.looseObject({ id: z.string() }))
const status = z.object({ versionInfo: z.object({ version: z.string() }) })

/** All silences as Alertmanager gives them (API v2), expired ones too, in the order of their IDs. */
export async function exportSilences(
  door: Omit<Door, 'what'>,
  signal?: AbortSignal,
): Promise<{ version: string; silences: readonly Record<string, unknown>[] }> {
  const http = httpClient({ what: 'Alertmanager', ...door })
  const asked = signal ? { signal } : {}
  try {
    const { versionInfo } = await http.askJson('/api/v2/status', status, asked)
    const all = await http.askJson('/api/v2/silences', silences, asked)
    return {
      version: versionInfo.version,
      silences: all.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    }
  } finally {
    http.close()
  }
}
