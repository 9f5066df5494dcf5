import type { LogShipper } from '../../../shared/domain/prometheus.ts'
import { shipperClient } from '../../adapters/loki/shipper-client.ts'
import type { Stop, Watcher } from '../watcher.ts'
import { askedWatcher } from './asked-watcher.ts'
import { type ServiceEndpoint, type ServiceWatchers, serviceWatchers } from './service-watchers.ts'

type ShipperEndpoint = ServiceEndpoint & { program: string }

type ShipperWatcherParts = {
  url: string
  program: string
  everyMs?: number
  hints?: (again: () => void) => Stop
  now?: () => number
}

const usualEveryMs = 30_000

/** Keeps in view whether one Promtail or Alloy is ready to ship. */
export function shipperWatcher(parts: ShipperWatcherParts): Watcher<LogShipper> {
  const { url, program, everyMs = usualEveryMs, ...rest } = parts
  return askedWatcher({
    source: `${program} at ${url}`,
    client: () => shipperClient({ url, program }),
    everyMs,
    ...rest,
  })
}

export function shipperWatchers(
  parts: { everyMs?: number; now?: () => number } = {},
): ServiceWatchers<LogShipper, ShipperEndpoint> {
  const open = ({ url, program }: ShipperEndpoint, hints: (again: () => void) => Stop) =>
    shipperWatcher({ ...parts, url, program, hints })
  return serviceWatchers(open, parts.now)
}
