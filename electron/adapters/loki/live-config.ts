import { type Door, httpClient } from '../http/http-client.ts'

/** What Loki runs, as YAML with everything filled in, and secrets masked. */
export function lokiConfig(door: Omit<Door, 'what'>) {
  const http = httpClient({ what: 'Loki', ...door })
  return {
    async text(signal: AbortSignal): Promise<string> {
      return (await http.ask('/config', { signal })).text
    },
    close: http.close,
  }
}
