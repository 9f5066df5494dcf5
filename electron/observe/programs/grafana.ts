import type { Grafana } from '../../../shared/domain/grafana.ts'
import { type GrafanaClient, grafanaClient } from '../../adapters/grafana/grafana-client.ts'
import { type Stop, type Watcher, watcher } from '../watcher.ts'
import { dashboardRounds } from './dashboard-rounds.ts'
import type { PanelMemory, PanelPast } from './panel-past.ts'
import { type ServiceEndpoint, type ServiceWatchers, serviceWatchers } from './service-watchers.ts'

type GrafanaWatcherParts = {
  url: string
  /** Asked before every look; without one only the health is known. */
  token?: () => Promise<string | undefined>
  everyMs?: number
  /** How long a round through all dashboards takes. */
  dashboardsEveryMs?: number
  /** Since when panels are as they are, from before we began. */
  panels?: PanelMemory
  hints?: (again: () => void) => Stop
  now?: () => number
}

type GrafanaWatcher = Watcher<Grafana> & {
  /** Runs through all dashboards at once; resolves when that is done and published. */
  checkDashboardsNow(): Promise<void>
}

const usualEveryMs = 30_000
const usualDashboardsEveryMs = 5 * 60_000
const settleMs = 250
const giveUpAfterMs = 40_000

/** Keeps one Grafana in view: its health, its datasources, and whether its panels show data. */
export function grafanaWatcher(parts: GrafanaWatcherParts): GrafanaWatcher {
  const { panels } = parts
  let client: GrafanaClient | undefined
  let token: string | undefined
  let lookAgain: (() => void) | undefined
  const rounds = dashboardRounds({
    everyMs: parts.dashboardsEveryMs ?? usualDashboardsEveryMs,
    changed: () => lookAgain?.(),
    ...(panels && {
      past: {
        recall: () => panels.recall(parts.url),
        note: (past: PanelPast) => panels.note(parts.url, past),
      },
    }),
    ...(parts.now && { now: parts.now }),
  })

  async function currentClient(): Promise<GrafanaClient> {
    const wanted = await parts.token?.()
    if (client && wanted === token) return client
    rounds.use(undefined)
    client?.close()
    token = wanted
    client = grafanaClient({ url: parts.url, ...(wanted && { token: wanted }) })
    return client
  }

  const watching = watcher<Grafana>({
    source: `Grafana at ${parts.url}`,
    async look(signal) {
      const asked = await currentClient()
      let grafana: Grafana | undefined
      try {
        grafana = await asked.look(signal)
      } finally {
        // One that comes back is run through at once.
        rounds.use(grafana?.datasources ? asked : undefined)
      }
      return grafana.datasources ? { ...grafana, ...rounds.latest() } : grafana
    },
    hints(again) {
      lookAgain = again
      const stopHints = parts.hints?.(again)
      return () => {
        lookAgain = undefined
        stopHints?.()
      }
    },
    settleMs,
    everyMs: parts.everyMs ?? usualEveryMs,
    giveUpAfterMs,
    ...(parts.now && { now: parts.now }),
  })
  return {
    ...watching,
    async checkDashboardsNow() {
      await watching.lookNow()
      await rounds.checkNow()
      await watching.lookNow()
    },
    async stop() {
      await Promise.all([watching.stop(), rounds.stop()])
      client?.close()
      client = undefined
    },
  }
}

export type GrafanaWatchers = ServiceWatchers<Grafana> & {
  checkDashboardsNow(): Promise<void>
}

type GrafanaWatchersParts = {
  token?: (endpoint: ServiceEndpoint) => Promise<string | undefined>
  everyMs?: number
  dashboardsEveryMs?: number
  /** Since when panels are as they are, from before we began. */
  panels?: PanelMemory
  now?: () => number
}

export function grafanaWatchers(parts: GrafanaWatchersParts = {}): GrafanaWatchers {
  const { token, ...rest } = parts
  const open = new Set<GrafanaWatcher>()

  const watchers = serviceWatchers<Grafana>((endpoint, hints) => {
    const one = grafanaWatcher({
      ...rest,
      url: endpoint.url,
      hints,
      ...(token && { token: () => token(endpoint) }),
    })
    open.add(one)
    return {
      ...one,
      async stop() {
        open.delete(one)
        await one.stop()
      },
    }
  }, parts.now)

  return {
    ...watchers,
    async checkDashboardsNow() {
      await Promise.all([...open].map((one) => one.checkDashboardsNow()))
      await watchers.lookNow()
    },
  }
}
