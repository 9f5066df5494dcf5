import { type Door, httpClient } from '../http/http-client.ts'
import { configAnswer } from './prometheus-answers.ts'

/** What Prometheus runs, as YAML that it wrote anew, with secrets masked. */
export function prometheusConfig(door: Omit<Door, 'what'>) {
  const http = httpClient({ what: 'Prometheus', ...door })
  return {
    async text(signal: AbortSignal): Promise<string> {
      return (await http.askJson('/api/v1/status/config', configAnswer, { signal })).data.yaml
    },
    close: http.close,
  }
}
