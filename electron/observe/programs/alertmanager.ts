import type { Alertmanager } from '../../../shared/domain/prometheus.ts'
import { alertmanagerClient } from '../../adapters/alertmanager/alertmanager-client.ts'
import type { Stop, Watcher } from '../watcher.ts'
import { askedWatcher } from './asked-watcher.ts'
import { type ServiceEndpoint, type ServiceWatchers, serviceWatchers } from './service-watchers.ts'

type AlertmanagerWatcherParts = {
  url: string
  everyMs?: number
  hints?: (again: () => void) => Stop
  now?: () => number
}

const usualEveryMs = 15_000

/** Keeps one Alertmanager in view: its alerts and its silences. */
export function alertmanagerWatcher(parts: AlertmanagerWatcherParts): Watcher<Alertmanager> {
  const { url, everyMs = usualEveryMs, ...rest } = parts
  return askedWatcher({
    source: `Alertmanager at ${url}`,
    client: () => alertmanagerClient({ url }),
    everyMs,
    ...rest,
  })
}

export function alertmanagerWatchers(
  parts: { everyMs?: number; now?: () => number } = {},
): ServiceWatchers<Alertmanager, ServiceEndpoint> {
  const open = ({ url }: ServiceEndpoint, hints: (again: () => void) => Stop) =>
    alertmanagerWatcher({ ...parts, url, hints })
  return serviceWatchers(open, parts.now)
}
