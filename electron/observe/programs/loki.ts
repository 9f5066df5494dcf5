import type { Loki } from '../../../shared/domain/prometheus.ts'
import { lokiClient } from '../../adapters/loki/loki-client.ts'
import type { Stop, Watcher } from '../watcher.ts'
import { askedWatcher } from './asked-watcher.ts'
import { type ServiceEndpoint, type ServiceWatchers, serviceWatchers } from './service-watchers.ts'

type LokiWatcherParts = {
  url: string
  /** The tenant, where Loki runs with `auth_enabled`. */
  orgId?: string
  everyMs?: number
  hints?: (again: () => void) => Stop
  now?: () => number
}

const usualEveryMs = 30_000

/** Keeps one Loki in view, with its newest line. */
export function lokiWatcher(parts: LokiWatcherParts): Watcher<Loki> {
  const { url, orgId, everyMs = usualEveryMs, ...rest } = parts
  return askedWatcher({
    source: `Loki at ${url}`,
    client: () => lokiClient({ url, ...(orgId && { orgId }) }),
    everyMs,
    ...rest,
  })
}

export function lokiWatchers(
  parts: { orgId?: string; everyMs?: number; now?: () => number } = {},
): ServiceWatchers<Loki, ServiceEndpoint> {
  const open = ({ url }: ServiceEndpoint, hints: (again: () => void) => Stop) =>
    lokiWatcher({ ...parts, url, hints })
  return serviceWatchers(open, parts.now)
}
