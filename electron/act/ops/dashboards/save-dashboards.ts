import type { Step } from '../../../../shared/plan/plan.ts'
import { hashOfDashboard } from '../../../adapters/grafana/dashboard-content.ts'
import type { DashboardStore } from '../../../adapters/grafana/dashboard-store.ts'
import type { Op, OperationSite } from '../../ops.ts'
import { saveDashboard, savedDashboard, savedDirectory } from './saved-dashboards.ts'

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
      step.dashboards.map(async (one) => ((await savedDashboard(directory, one)) ? [] : [one])),
    )
    return all.flat()
  }

  return {
    async precondition() {},
    async run(step, site) {
      const directory = savedDirectory(site, step.containerId)
      const wanted = await missing(step, site)
      if (wanted.length > 0) {
        const store = await openElsewhere(step, site.signal)
        try {
          for (const { uid, title, sha256 } of wanted) {
            const held = await store.of(uid, site.signal)
            if (!held || hashOfDashboard(held.model) !== sha256) {
              throw new Error(
                `Dashboard “${title}” (${uid}) was changed since the plan was made. Look at a new plan.`,
              )
            }
            await saveDashboard(directory, uid, held)
          }
        } finally {
          store.close()
        }
      }
      const count = step.dashboards.length
      site.remark?.(
        `${count === 1 ? 'The dashboard is' : `${count} dashboards are`} in ${directory}. ${howToImport}`,
      )
    },
    async verify(step, site) {
      const [first] = await missing(step, site)
      if (first) throw new Error(`Dashboard “${first.title}” (${first.uid}) was not kept.`)
    },
    /** Files of its own operation are in nobody's way, and may be all that is left of an edit. */
    async rollback() {},
  }
}
