import type { Step } from '../../../../shared/plan/plan.ts'
import { hashOfDashboard } from '../../../adapters/grafana/dashboard-content.ts'
import type { DashboardStore } from '../../../adapters/grafana/dashboard-store.ts'
import type { Op, OperationSite } from '../../ops.ts'
import {
  changeOf,
  noteChange,
  saveDashboard,
  savedDashboard,
  savedDirectory,
} from './saved-dashboards.ts'

type SaveDashboards = Extract<Step, { kind: 'SaveDashboards' }>

/** A Grafana that runs on an engine, and the stack that it belongs to. */
export type GrafanaElsewhere = {
  stack: string
  url: string
  endpoint: string
  engineId: string
  containerId: string
}

/** Rejects with a sentence where there is no way in. */
export type OpenElsewhere = (
  place: GrafanaElsewhere,
  signal: AbortSignal,
) => Promise<DashboardStore>

const patienceMs = 30_000

const howToImport = 'Grafana imports one under Dashboards, New, Import.'

/** Only looks there; what it writes are files of its own operation. */
export function saveDashboardsOp({
  openElsewhere,
}: {
  openElsewhere: OpenElsewhere
}): Op<SaveDashboards> {
  async function missing(step: SaveDashboards, site: OperationSite) {
    const directory = savedDirectory(site, step.containerId)
    const all = await Promise.all(
      step.dashboards.map(async (one) => {
        const isKept =
          (await savedDashboard(directory, one)) !== undefined ||
          (await changeOf(site, step.containerId, one.uid)) !== undefined
        return isKept ? [] : [one]
      }),
    )
    return all.flat()
  }

  async function withElsewhere(
    step: SaveDashboards,
    signal: AbortSignal,
    use: (store: DashboardStore) => Promise<void>,
  ): Promise<void> {
    const store = await openElsewhere(step, signal)
    try {
      await use(store)
    } finally {
      store.close()
    }
  }

  return {
    async stillAsPlanned(step) {
      const signal = AbortSignal.timeout(patienceMs)
      await withElsewhere(step, signal, async (store) => {
        for (const { uid, title, sha256 } of step.dashboards) {
          const held = await store.of(uid, signal)
          if (held && hashOfDashboard(held.model) === sha256) continue
          throw new Error(
            `Dashboard “${title}” (${uid}) was changed since the plan was made. Look at a new plan.`,
          )
        }
      })
    },
    async precondition() {},
    /** What was changed since is no reason to stop half a recovery: the newest is kept, and said. */
    async run(step, site) {
      const directory = savedDirectory(site, step.containerId)
      const wanted = await missing(step, site)
      if (wanted.length > 0) {
        await withElsewhere(step, site.signal, async (store) => {
          for (const { uid, sha256 } of wanted) {
            const held = await store.of(uid, site.signal)
            if (held) await saveDashboard(directory, uid, held)
            if (held && hashOfDashboard(held.model) === sha256) continue
            const change = held ? 'edited' : 'deleted'
            await noteChange(site, step.containerId, { uid, change })
          }
        })
      }
      const count = step.dashboards.length
      const changed: string[] = []
      for (const { uid, title } of step.dashboards) {
        const change = await changeOf(site, step.containerId, uid)
        if (change === undefined) continue
        const what = change === 'edited' ? 'the newer one is kept' : 'nothing is kept of it'
        changed.push(`Dashboard “${title}” was ${change} there after the plan was made: ${what}.`)
      }
      const kept = count === 1 ? 'The dashboard is' : `${count} dashboards are`
      site.remark?.([`${kept} in ${directory}. ${howToImport}`, ...changed].join(' '))
    },
    async verify(step, site) {
      const [first] = await missing(step, site)
      if (first) throw new Error(`Dashboard “${first.title}” (${first.uid}) was not kept.`)
    },
    /** Files of its own operation are in nobody's way, and may be all that is left of an edit. */
    async rollback() {},
  }
}
