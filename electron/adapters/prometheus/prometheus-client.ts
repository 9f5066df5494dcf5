import { posix } from 'node:path'
import type { z } from 'zod'
import type { Prometheus, Target } from '../../../shared/domain/prometheus.ts'
import { secondsOf, timeOf } from '../http/go-time.ts'
import { type Door, httpClient } from '../http/http-client.ts'
import { HttpFailure } from '../http/http-failure.ts'
import {
  alertsAnswer,
  buildAnswer,
  configAnswer,
  flagsAnswer,
  rulesAnswer,
  runtimeAnswer,
  type TargetAnswer,
  targetsAnswer,
  vectorAnswer,
} from './prometheus-answers.ts'

interface PrometheusClient {
  /** Everything at once. Throws when Prometheus is not ready: then its API answers nothing. */
  look(signal?: AbortSignal): Promise<Prometheus>
  close(): void
}

// `up` is written by every scrape, also by one that failed. A job whose newest sample is older
// than `query.lookback-delta` (5 minutes if nobody says otherwise) is not in the answer.
const newestByJob = 'max by (job) (timestamp(up))'

export function prometheusClient(door: Omit<Door, 'what'>): PrometheusClient {
  const http = httpClient({ what: 'Prometheus', ...door })

  async function look(signal?: AbortSignal): Promise<Prometheus> {
    const asked = signal ? { signal } : {}
    const get = <S extends z.ZodType>(path: string, schema: S, query = {}) =>
      http.askJson(`/api/v1/${path}`, schema, { ...asked, query })
    const [build, runtime, flags, config, targets, rules, alerts, newest] = await Promise.all([
      get('status/buildinfo', buildAnswer),
      get('status/runtimeinfo', runtimeAnswer),
      get('status/flags', flagsAnswer),
      get('status/config', configAnswer),
      get('targets', targetsAnswer, { state: 'active' }),
      get('rules', rulesAnswer),
      get('alerts', alertsAnswer),
      get('query', vectorAnswer, { query: newestByJob }),
    ])
    const allRules = rules.data.groups.flatMap((group) => group.rules)
    const { CWD, storageRetention } = runtime.data
    return {
      version: build.data.version,
      ready: true,
      startedAt: timeOf(runtime.data.startTime) ?? 0,
      configAccepted: runtime.data.reloadConfigSuccess,
      configLoadedAt: timeOf(runtime.data.lastConfigTime) ?? 0,
      liveConfig: config.data.yaml,
      configFile: absolute(CWD, flags.data['config.file'] ?? ''),
      adminApi: flags.data['web.enable-admin-api'] === 'true',
      lifecycle: flags.data['web.enable-lifecycle'] === 'true',
      storagePath: absolute(CWD, flags.data['storage.tsdb.path'] ?? ''),
      retention: storageRetention,
      targets: targets.data.activeTargets.map(targetOf),
      rules: {
        total: allRules.length,
        failing: allRules
          .filter(({ health }) => health === 'err')
          .map(({ name, lastError }) => ({ name, error: lastError })),
      },
      firingAlerts: [
        ...new Set(
          alerts.data.alerts
            .filter(({ state }) => state === 'firing')
            .map(({ labels }) => labels['alertname'] ?? ''),
        ),
      ],
      newestSampleAt: Object.fromEntries(
        newest.data.result.map(({ metric, value }) => [
          metric['job'] ?? '',
          Math.round(Number(value[1]) * 1000),
        ]),
      ),
    }
  }

  return {
    async look(signal) {
      const ready = await http.ask('/-/ready', {
        ...(signal && { signal }),
        alsoStatus: (status) => status === 503,
      })
      if (ready.status === 503)
        throw new HttpFailure('refused', `${http.at} answers and is not ready yet.`, {
          status: 503,
        })
      return look(signal)
    },
    close: http.close,
  }
}

function targetOf(answer: TargetAnswer): Target {
  const lastScrapeAt = timeOf(answer.lastScrape)
  return {
    job: answer.labels['job'] ?? answer.scrapePool,
    instance: answer.labels['instance'] ?? '',
    scrapeUrl: answer.scrapeUrl,
    health: answer.health,
    error: answer.lastError,
    ...(lastScrapeAt !== undefined && { lastScrapeAt }),
    scrapeIntervalSeconds: secondsOf(answer.scrapeInterval) ?? 0,
  }
}

/** Flags hold paths as they were given; relative ones are meant from the working directory. */
const absolute = (directory: string, path: string): string =>
  path === '' ? '' : posix.resolve(directory || '/', path)
