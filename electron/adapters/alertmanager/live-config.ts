import { z } from 'zod'
import { type Door, httpClient } from '../http/http-client.ts'

const statusAnswer = z.object({ config: z.object({ original: z.string() }) })

/** What Alertmanager runs, as YAML that it wrote anew, with secrets masked. */
export function alertmanagerConfig(door: Omit<Door, 'what'>) {
  const http = httpClient({ what: 'Alertmanager', ...door })
  return {
    async text(signal: AbortSignal): Promise<string> {
      return (await http.askJson('/api/v2/status', statusAnswer, { signal })).config.original
    },
    close: http.close,
  }
}
