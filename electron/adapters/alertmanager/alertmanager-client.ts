import { z } from 'zod'
import type { Alert, Alertmanager } from '../../../shared/domain/prometheus.ts'
import { timeOf } from '../http/go-time.ts'
import { type Door, httpClient } from '../http/http-client.ts'

interface AlertmanagerClient {
  look(signal?: AbortSignal): Promise<Alertmanager>
  close(): void
}

// API v2, versions 0.25 to 0.34; v1 is gone since 0.27.
const statusAnswer = z.object({ versionInfo: z.object({ version: z.string() }) })
const alertsAnswer = z.array(
  z.object({
    labels: z.record(z.string(), z.string()),
    startsAt: z.string(),
    status: z.object({ state: z.enum(['active', 'suppressed', 'unprocessed']) }),
  }),
)
const silencesAnswer = z.array(z.object({ status: z.object({ state: z.string() }) }))

export function alertmanagerClient(door: Omit<Door, 'what'>): AlertmanagerClient {
  const http = httpClient({ what: 'Alertmanager', ...door })
  return {
    async look(signal) {
      const asked = signal ? { signal } : {}
      const [ready, status, alerts, silences] = await Promise.all([
        http.ask('/-/ready', { ...asked, alsoStatus: (code) => code === 503 }),
        http.askJson('/api/v2/status', statusAnswer, asked),
        http.askJson('/api/v2/alerts', alertsAnswer, asked),
        http.askJson('/api/v2/silences', silencesAnswer, asked),
      ])
      return {
        version: status.versionInfo.version,
        ready: ready.status === 200,
        alerts: alerts.map(alertOf),
        silences: silences.filter((one) => one.status.state === 'active').length,
      }
    },
    close: http.close,
  }
}

const alertOf = ({ labels, startsAt, status }: z.infer<typeof alertsAnswer>[number]): Alert => ({
  name: labels['alertname'] ?? '',
  severity: labels['severity'] ?? '',
  state: status.state,
  since: timeOf(startsAt) ?? 0,
  labels,
})
