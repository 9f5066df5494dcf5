import { once } from 'node:events'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'
import {
  type GrafanaClient,
  grafanaClient,
} from '../../electron/adapters/grafana/grafana-client.ts'
import { dashboardRounds } from '../../electron/observe/programs/dashboard-rounds.ts'
import { type Measured, median } from './report.ts'

const dashboards = 50
const panels = 20
const rounds = 5
const roundEverySeconds = 300

type Cost = { tookMs: number; cpuMs: number; requests: number; stalledMs: number }

/** Whether the panels of 50 dashboards × 20 panels show data, asked of a stand-in of Grafana. */
export async function measureDashboards(): Promise<Measured[]> {
  const thread = new Worker(join(import.meta.dirname, 'grafana-thread.ts'), {
    workerData: { dashboards, panels },
  })
  const [url] = (await once(thread, 'message')) as [string]
  const client = grafanaClient({ url, token: 'a-token' })
  try {
    const ours = await costOf(thread, () => oneRound(client))
    const browser = await costOf(thread, () => onePanelAtATime(client))
    return [
      {
        what: 'quick round, 50 dashboards × 20 panels',
        ours: ours.tookMs,
        unit: 'ms',
        beside: { what: 'with a request for each panel', value: browser.tookMs },
        claim: { atMost: 2000, of: 'ours' },
      },
      {
        what: 'requests of a round',
        ours: ours.requests,
        unit: 'requests',
        beside: { what: 'with a request for each panel', value: browser.requests },
        claim: { atMost: 0.15, of: 'ratio' },
      },
      {
        what: 'longest stall of the event loop in a round',
        ours: ours.stalledMs,
        unit: 'ms',
        claim: { atMost: 50, of: 'ours' },
      },
      {
        what: 'CPU of a round, spread over its five minutes',
        ours: (ours.cpuMs / (roundEverySeconds * 1000)) * 100,
        unit: '% of a core',
        claim: { atMost: 0.5, of: 'ours' },
      },
    ]
  } finally {
    client.close()
    await thread.terminate()
  }
}

/** The median of some rounds, after one that warms up. */
async function costOf(thread: Worker, run: () => Promise<void>): Promise<Cost> {
  await run()
  const costs: Cost[] = []
  for (let i = 0; i < rounds; i += 1) {
    await askedSoFar(thread)
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const cpu = process.threadCpuUsage()
    const began = performance.now()
    await run()
    const tookMs = performance.now() - began
    const { user, system } = process.threadCpuUsage(cpu)
    delay.disable()
    costs.push({
      tookMs,
      cpuMs: (user + system) / 1000,
      requests: await askedSoFar(thread),
      stalledMs: delay.max / 1e6,
    })
  }
  const of = (figure: (cost: Cost) => number) => median(costs.map(figure))
  return {
    tookMs: of(({ tookMs }) => tookMs),
    cpuMs: of(({ cpuMs }) => cpuMs),
    requests: of(({ requests }) => requests),
    stalledMs: of(({ stalledMs }) => stalledMs),
  }
}

async function askedSoFar(thread: Worker): Promise<number> {
  thread.postMessage('asked')
  const [count] = (await once(thread, 'message')) as [number]
  return count
}

async function oneRound(client: GrafanaClient): Promise<void> {
  const made = dashboardRounds({ everyMs: roundEverySeconds * 1000, changed: () => {} })
  made.use(client)
  await made.checkNow()
  const states = (made.latest().dashboards ?? []).flatMap((one) => one.panels)
  await made.stop()
  const withData = states.filter(({ state }) => state === 'data').length
  if (withData !== dashboards * panels) throw new Error(`${withData} panels showed data`)
}

/** The same questions as a page puts them: each panel by itself, six at a time. */
async function onePanelAtATime(client: GrafanaClient): Promise<void> {
  const to = Date.now()
  const range = { from: to - 900_000, to }
  for (const { uid } of await client.findDashboards()) {
    const { panels: all } = await client.dashboard(uid)
    const left = [...(all ?? [])]
    const askOn = async () => {
      for (let panel = left.shift(); panel; panel = left.shift()) {
        const query = {
          refId: 'A',
          expr: `sum by (instance) (rate(m${panel.id}[1m]))`,
          datasource: { uid: 'p', type: 'prometheus' },
          intervalMs: 45_000,
          maxDataPoints: 20,
        }
        await client.query([query], range)
      }
    }
    await Promise.all(Array.from({ length: 6 }, askOn))
  }
}
