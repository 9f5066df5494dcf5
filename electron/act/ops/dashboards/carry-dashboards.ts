import { setTimeout as pause } from 'node:timers/promises'
import type { Step } from '../../../../shared/plan/plan.ts'
import type { AwayDashboard } from '../../../../shared/plan/steps/dashboard-steps.ts'
import { hashOfDashboard } from '../../../adapters/grafana/dashboard-content.ts'
import type { DashboardStore } from '../../../adapters/grafana/dashboard-store.ts'
import type { Op, OperationSite } from '../../ops.ts'
import { readNote, writeNote } from '../../step-note.ts'
import {
  mustBeThere,
  type OpenDashboards,
  type Place,
  putDashboard,
  takeBack,
  withDashboards,
} from './dashboard-place.ts'
import { savedDashboard, savedDirectory } from './saved-dashboards.ts'

type CarryDashboards = Extract<Step, { kind: 'CarryDashboards' }>

const betweenTriesMs = 500

/** What home has changed since it was compared stays as it is, and is said. */
export function carryDashboardsOp({
  openDashboards,
}: {
  openDashboards: OpenDashboards
}): Op<CarryDashboards> {
  const noteOf = ({ savedFrom }: CarryDashboards) => `carried-${savedFrom}`

  /** UIDs of those that are imported. Chosen once: what we have written is not for us to judge. */
  async function chosen(step: CarryDashboards, site: OperationSite): Promise<string[] | undefined> {
    const noted = (await readNote(site, noteOf(step)))?.['uids']
    return typeof noted === 'string' ? JSON.parse(noted) : undefined
  }

  const placeOf = ({ project, service }: CarryDashboards, one: AwayDashboard): Place => ({
    ...{ project, service, uid: one.uid, title: one.title },
  })

  async function wantedOf(step: CarryDashboards, site: OperationSite, one: AwayDashboard) {
    const saved = await savedDashboard(savedDirectory(site, step.savedFrom), one)
    if (!saved) throw new Error(`What was kept of dashboard “${one.title}” is not there any more.`)
    return { ...placeOf(step, one), ...saved }
  }

  async function carried(step: CarryDashboards, site: OperationSite): Promise<AwayDashboard[]> {
    const uids = (await chosen(step, site)) ?? []
    return step.dashboards.filter(({ uid }) => uids.includes(uid))
  }

  return {
    async precondition() {},
    async run(step, site) {
      await withDashboards(openDashboards, step, async (store) => {
        await untilItAnswers(store, step.seconds, site.signal)
        if ((await chosen(step, site)) === undefined) {
          const uids: string[] = []
          for (const one of step.dashboards) {
            if (await isAsCompared(store, one)) uids.push(one.uid)
          }
          await writeNote(site, noteOf(step), { uids: JSON.stringify(uids) })
        }
        for (const one of await carried(step, site)) {
          const wanted = await wantedOf(step, site, one)
          await putDashboard(store, site, wanted, `From ${step.from}, by Odin Sentinel`)
        }
      })
      const uids = (await chosen(step, site)) ?? []
      const left = step.dashboards.filter(({ uid }) => !uids.includes(uid))
      if (left.length > 0) {
        const titles = left.map(({ title }) => `“${title}”`).join(', ')
        site.remark?.(
          `Home has another ${titles} by now, which stays; what was edited elsewhere is in ${savedDirectory(site, step.savedFrom)}.`,
        )
      }
    },
    async verify(step, site) {
      if ((await chosen(step, site)) === undefined) throw new Error('Nothing was imported yet.')
      await withDashboards(openDashboards, step, async (store) => {
        for (const one of await carried(step, site)) {
          await mustBeThere(store, await wantedOf(step, site, one))
        }
      })
    },
    async rollback(step, site) {
      const done = await carried(step, site)
      if (done.length === 0) return
      await withDashboards(openDashboards, step, async (store) => {
        for (const one of done.toReversed()) {
          await takeBack(store, site, placeOf(step, one), one.sha256)
        }
      })
    },
  }
}

async function isAsCompared(store: DashboardStore, { uid, sha256, home }: AwayDashboard) {
  const now = await store.of(uid)
  const hash = now ? hashOfDashboard(now.model) : null
  return (hash === home || hash === sha256) && (now?.provisionedBy ?? null) === null
}

/** Its container may be healthy before it has migrated its database. */
async function untilItAnswers(
  store: DashboardStore,
  seconds: number,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000
  for (;;) {
    try {
      await store.list(signal)
      return
    } catch (error) {
      if (performance.now() > deadline) throw error
      await pause(betweenTriesMs, undefined, { signal })
    }
  }
}
