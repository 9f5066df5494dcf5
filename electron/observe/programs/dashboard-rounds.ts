import type { Dashboard } from '../../../shared/domain/grafana.ts'
import type { FoundDashboard } from '../../adapters/grafana/grafana-answers.ts'
import type { GrafanaClient } from '../../adapters/grafana/grafana-client.ts'
import { checkDashboard } from '../../adapters/grafana/panels/check-dashboard.ts'
import type { Source } from '../../adapters/grafana/panels/find-datasource.ts'
import { carriedOn, type PanelPast, pastOf } from './panel-past.ts'

/**
 * Goes from dashboard to dashboard and runs the queries of their panels, again and again, spread
 * over the interval so that nobody feels it. Only a round that somebody waits for is quick.
 */
interface DashboardRounds {
  /** What the rounds are made with; undefined while dashboards cannot be asked. */
  use(client: GrafanaClient | undefined): void
  /** Everything that was found, once there was one whole round. */
  latest(): { dashboards?: readonly Dashboard[]; dashboardsCheckedAt?: number }
  /** Resolves after a quick whole round, or when none can be made. */
  checkNow(): Promise<void>
  stop(): Promise<void>
}

type DashboardRoundsParts = {
  everyMs: number
  /** A round is over, or a panel has changed its state. */
  changed: () => void
  /** What was seen of the panels before we began, and what is to be remembered of them. */
  past?: { recall(): Promise<PanelPast>; note(past: PanelPast): void }
  now?: () => number
}

const atOnceWhenQuick = 2
const quickBudgetMs = 60_000
const dashboardBudgetMs = 30_000
const shortestRestMs = 1000

export function dashboardRounds(parts: DashboardRoundsParts): DashboardRounds {
  const now = parts.now ?? Date.now
  const ended = new AbortController()
  const waiting = new Set<() => void>()
  let client: GrafanaClient | undefined
  let seen = new Map<string, Dashboard>()
  let past: PanelPast | undefined
  let checkedAt: number | undefined
  let isQuick = true
  /** A round with an older number is given up for a newer one. */
  let current = 0
  let wake: (() => void) | undefined
  let running: Promise<void> | undefined

  const canGo = () => client !== undefined && !ended.signal.aborted

  /** Ends early when a new round is wished for, and does not begin when all is over. */
  async function pause(ms: number): Promise<void> {
    if (ended.signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms)
    wake = resolve
    await promise
    clearTimeout(timer)
    wake = undefined
  }

  async function checkOne(from: GrafanaClient, found: FoundDashboard, sources: readonly Source[]) {
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(dashboardBudgetMs)])
    const checked = await checkDashboard({ client: from, found, sources, now: now(), signal })
    if (ended.signal.aborted || client !== from) return
    const before = seen.get(found.uid)
    const known = before ? pastOf([before]) : (past ?? {})
    const dashboard = carriedOn(known, checked, now())
    seen.set(found.uid, dashboard)
    if (checkedAt !== undefined && statesOf(before) !== statesOf(dashboard)) parts.changed()
  }

  async function round(from: GrafanaClient, number: number): Promise<void> {
    const begun = now()
    past ??= (await parts.past?.recall()) ?? {}
    const [list, sources] = await Promise.all([
      from.findDashboards(ended.signal),
      from.sources(ended.signal),
    ])
    const left = [...list]
    const restMs = parts.everyMs / (list.length + 1)
    const goOn = async (isFirst: boolean): Promise<void> => {
      for (;;) {
        if (!isQuick || now() - begun > quickBudgetMs) {
          if (!isFirst) return
          await pause(restMs)
        }
        if (number !== current || !canGo()) return
        const found = left.shift()
        if (found === undefined) return
        await checkOne(from, found, sources)
      }
    }
    await Promise.all(Array.from({ length: atOnceWhenQuick }, (_, index) => goOn(index === 0)))
    if (number !== current || !canGo()) return
    const uids = new Set(list.map(({ uid }) => uid))
    seen = new Map([...seen].filter(([uid]) => uids.has(uid)))
    checkedAt = now()
    parts.past?.note(pastOf([...seen.values()]))
    parts.changed()
  }

  async function keepGoing(): Promise<void> {
    while (canGo() && client) {
      const number = current
      const begun = now()
      // A Grafana that does not answer is told by its own look; here it only means: later.
      await round(client, number).catch(() => {})
      if (number !== current) continue
      isQuick = checkedAt === undefined
      answerWaiting()
      await pause(Math.max(parts.everyMs - (now() - begun), shortestRestMs))
    }
    running = undefined
    answerWaiting()
  }

  function answerWaiting(): void {
    for (const resolve of waiting) resolve()
    waiting.clear()
  }

  function beginAnew(): void {
    current += 1
    isQuick = true
    wake?.()
    if (canGo()) running ??= keepGoing()
  }

  return {
    use(next) {
      if (client === next) return
      client = next
      beginAnew()
    },
    latest: () =>
      checkedAt === undefined
        ? {}
        : { dashboards: [...seen.values()], dashboardsCheckedAt: checkedAt },
    checkNow() {
      if (!canGo()) return Promise.resolve()
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.add(resolve)
      beginAnew()
      return promise
    },
    async stop() {
      ended.abort()
      wake?.()
      await running
    },
  }
}

const statesOf = (dashboard: Dashboard | undefined): string =>
  (dashboard?.panels ?? []).map(({ id, state }) => `${id}:${state}`).join()
