import type { Step } from '../../../../shared/plan/plan.ts'
import type { AwayDashboard } from '../../../../shared/plan/steps/dashboard-steps.ts'
import type { DashboardStore } from '../../../adapters/grafana/dashboard-store.ts'
import { HttpFailure } from '../../../adapters/http/http-failure.ts'
import type { Op, OperationSite } from '../../ops.ts'
import { readNote, writeNote } from '../../step-note.ts'
import {
  DashboardStays,
  mustBeThere,
  type OpenDashboards,
  type Place,
  putDashboard,
  takeBack,
  withDashboards,
} from './dashboard-place.ts'
import { changeOf, savedDashboard, savedDirectory } from './saved-dashboards.ts'
import { untilItAnswers } from './until-it-answers.ts'

type CarryDashboards = Extract<Step, { kind: 'CarryDashboards' }>

/**
 * What home has changed since it was compared, and what its Grafana does not let us save, stays as
 * it is there and is said: it is kept as a file, and no reason to stop a recovery.
 */
export function carryDashboardsOp({
  openDashboards,
}: {
  openDashboards: OpenDashboards
}): Op<CarryDashboards> {
  const leftNote = ({ savedFrom }: CarryDashboards, { uid }: AwayDashboard) =>
    `left-${savedFrom}-${uid}`

  const placeOf = ({ project, service }: CarryDashboards, one: AwayDashboard): Place => ({
    ...{ project, service, uid: one.uid, title: one.title },
  })

  async function wantedOf(step: CarryDashboards, site: OperationSite, one: AwayDashboard) {
    const saved = await savedDashboard(savedDirectory(site, step.savedFrom), one)
    if (!saved) throw new Error(`What was kept of dashboard “${one.title}” is not there any more.`)
    return { ...placeOf(step, one), ...saved }
  }

  /** Why it is left as home has it; undefined where it is not. */
  async function leftBecause(step: CarryDashboards, site: OperationSite, one: AwayDashboard) {
    const why = (await readNote(site, leftNote(step, one)))?.['left']
    return typeof why === 'string' ? why : undefined
  }

  async function whyNot(
    store: DashboardStore,
    step: CarryDashboards,
    site: OperationSite,
    one: AwayDashboard,
  ): Promise<string | undefined> {
    const change = await changeOf(site, step.savedFrom, one.uid)
    if (change !== undefined) return `It was ${change} elsewhere after the plan was made.`
    const wanted = await wantedOf(step, site, one)
    try {
      const now = await store.of(one.uid, site.signal)
      if (now && now.provisionedBy !== null) {
        return 'At home it comes from a file that Grafana is provisioned with.'
      }
      if (now && !now.maySave) return 'The token of home may not save it: give one of an editor.'
      const message = `From ${step.from}, by Odin Sentinel`
      await putDashboard(store, site, wanted, { replaces: one.home, message })
      return undefined
    } catch (error) {
      if (error instanceof DashboardStays) return 'Home has another by now, which stays.'
      return refusedIn(error)
    }
  }

  return {
    async precondition() {},
    async run(step, site) {
      await withDashboards(openDashboards, step, async (store) => {
        const closed = await untilItAnswers(store, site.signal, step.seconds).then(
          () => undefined,
          refusedIn,
        )
        for (const one of step.dashboards) {
          if ((await leftBecause(step, site, one)) !== undefined) continue
          const left = closed ?? (await whyNot(store, step, site, one))
          if (left !== undefined) await writeNote(site, leftNote(step, one), { left })
        }
      })
      const left: string[] = []
      for (const one of step.dashboards) {
        const why = await leftBecause(step, site, one)
        if (why) left.push(`Dashboard “${one.title}” was not imported. ${why}`)
      }
      if (left.length > 0) {
        const kept = `What was edited elsewhere is in ${savedDirectory(site, step.savedFrom)}.`
        site.remark?.([...left, kept].join(' '))
      }
    },
    async verify(step, site) {
      await withDashboards(openDashboards, step, async (store) => {
        for (const one of step.dashboards) {
          if ((await leftBecause(step, site, one)) !== undefined) continue
          await mustBeThere(store, site, await wantedOf(step, site, one))
        }
      })
    },
    async rollback(step, site) {
      for (const one of step.dashboards.toReversed()) {
        if ((await leftBecause(step, site, one)) !== undefined) continue
        const place = placeOf(step, one)
        await takeBack(openDashboards, step, site, { place, sha256: one.sha256 })
      }
    },
  }
}

/** What Grafana says that does not let us; rejects where it said nothing of the kind. */
function refusedIn(error: unknown): string {
  const isRefused =
    error instanceof HttpFailure && ['permission-denied', 'invalid'].includes(error.code)
  if (isRefused) return error.message
  throw error
}
