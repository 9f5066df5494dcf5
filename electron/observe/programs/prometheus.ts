import type { Prometheus } from '../../../shared/domain/prometheus.ts'
import { prometheusClient } from '../../adapters/prometheus/prometheus-client.ts'
import type { Stop, Watcher } from '../watcher.ts'
import { askedWatcher } from './asked-watcher.ts'
import { type ServiceEndpoint, type ServiceWatchers, serviceWatchers } from './service-watchers.ts'

type PrometheusWatcherParts = {
  url: string
  everyMs?: number
  hints?: (again: () => void) => Stop
  now?: () => number
}

const usualEveryMs = 15_000

/** Keeps one Prometheus in view: targets, rules, alerts, configuration and newest samples. */
export function prometheusWatcher(parts: PrometheusWatcherParts): Watcher<Prometheus> {
  const { url, everyMs = usualEveryMs, ...rest } = parts
  return askedWatcher({
    source: `Prometheus at ${url}`,
    client: () => prometheusClient({ url }),
    everyMs,
    ...rest,
  })
}

export function prometheusWatchers(
  parts: { everyMs?: number; now?: () => number } = {},
): ServiceWatchers<Prometheus, ServiceEndpoint> {
  const open = ({ url }: ServiceEndpoint, hints: (again: () => void) => Stop) =>
    prometheusWatcher({ ...parts, url, hints })
  return serviceWatchers(open, parts.now)
}
