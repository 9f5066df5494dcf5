import { shortId } from '../../../../shared/domain/short-id.ts'
import type { Step } from '../../../../shared/plan/plan.ts'
import { hashOfDashboard } from '../../../adapters/grafana/dashboard-content.ts'
import { type DashboardStore, heldDashboard } from '../../../adapters/grafana/dashboard-store.ts'
import { snapshotDocument } from '../../../backup/look/snapshot-document.ts'
import type { Repository } from '../../../backup/repository/repository.ts'
import type { Op, OperationSite } from '../../ops.ts'
import {
  mustBeAsPlanned,
  mustBeThere,
  type OpenDashboards,
  putDashboard,
  removeDashboard,
  takeBack,
  type WantedDashboard,
  withDashboards,
} from './dashboard-place.ts'
import { untilItAnswers } from './until-it-answers.ts'

type RestoreDashboard = Extract<Step, { kind: 'RestoreDashboard' }>
type RemoveDashboard = Extract<Step, { kind: 'RemoveDashboard' }>

export type DashboardDoors = {
  openDashboards: OpenDashboards
  openRepository: (stack: string) => Promise<Repository>
}

export function restoreDashboardOp({
  openDashboards,
  openRepository,
}: DashboardDoors): Op<RestoreDashboard> {
  const onceItIsUp = onceUp(openDashboards)

  async function wantedOf(step: RestoreDashboard, signal: AbortSignal): Promise<WantedDashboard> {
    const document = await snapshotDocument(await openRepository(step.stack), step, signal)
    const held = heldDashboard(document)
    if (!held || hashOfDashboard(held.model) !== step.sha256) {
      throw new Error(
        `What ${step.component}/${step.path} holds is not what was approved any more.`,
      )
    }
    const { project, service, uid, title, folder } = step
    return { project, service, uid, title, folder, model: held.model }
  }

  return {
    async stillAsPlanned(step) {
      await withDashboards(openDashboards, step, (store) => mustBeAsPlanned(store, step, step))
    },
    async precondition(step, site) {
      await onceItIsUp(step, site, (store) => mustBeAsPlanned(store, step, step))
    },
    async run(step, site) {
      const wanted = await wantedOf(step, site.signal)
      const message = `As in snapshot ${shortId(step.snapshot)}, by Odin Sentinel`
      const { replaces } = step
      await onceItIsUp(step, site, (store) =>
        putDashboard(store, site, wanted, { replaces, message }),
      )
    },
    async verify(step, site) {
      const wanted = await wantedOf(step, site.signal)
      await withDashboards(openDashboards, step, (store) => mustBeThere(store, site, wanted))
    },
    async rollback(step, site) {
      await takeBack(openDashboards, step, site, { place: step, sha256: step.sha256 })
    },
  }
}

export function removeDashboardOp({
  openDashboards,
}: Pick<DashboardDoors, 'openDashboards'>): Op<RemoveDashboard> {
  const onceItIsUp = onceUp(openDashboards)
  const asPlanned = ({ sha256 }: RemoveDashboard) => ({ sha256: null, replaces: sha256 })

  return {
    async stillAsPlanned(step) {
      await withDashboards(openDashboards, step, (store) =>
        mustBeAsPlanned(store, step, asPlanned(step)),
      )
    },
    async precondition(step, site) {
      await onceItIsUp(step, site, (store) => mustBeAsPlanned(store, step, asPlanned(step)))
    },
    async run(step, site) {
      await onceItIsUp(step, site, (store) => removeDashboard(store, site, step))
    },
    async verify(step) {
      await withDashboards(openDashboards, step, async (store) => {
        if (await store.of(step.uid)) throw new Error(`Dashboard ${step.uid} is still there.`)
      })
    },
    async rollback(step, site) {
      await takeBack(openDashboards, step, site, { place: step, sha256: null })
    },
  }
}

/** Earlier steps of the same plan may just have started it again. */
const onceUp =
  (open: OpenDashboards) =>
  <T>(
    step: { stack: string; url: string },
    { signal }: OperationSite,
    use: (store: DashboardStore) => Promise<T>,
  ): Promise<T> =>
    withDashboards(open, step, async (store) => {
      await untilItAnswers(store, signal)
      return use(store)
    })
