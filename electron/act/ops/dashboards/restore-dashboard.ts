import { shortId } from '../../../../shared/domain/short-id.ts'
import type { Step } from '../../../../shared/plan/plan.ts'
import { hashOfDashboard } from '../../../adapters/grafana/dashboard-content.ts'
import { heldDashboard } from '../../../adapters/grafana/dashboard-store.ts'
import { snapshotDocument } from '../../../backup/look/snapshot-document.ts'
import type { Repository } from '../../../backup/repository/repository.ts'
import type { Op } from '../../ops.ts'
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
  const asPlanned = (step: RestoreDashboard) =>
    withDashboards(openDashboards, step, (store) => mustBeAsPlanned(store, step, step))

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
    stillAsPlanned: asPlanned,
    precondition: asPlanned,
    async run(step, site) {
      const wanted = await wantedOf(step, site.signal)
      const message = `As in snapshot ${shortId(step.snapshot)}, by Odin Sentinel`
      await withDashboards(openDashboards, step, (store) =>
        putDashboard(store, site, wanted, message),
      )
    },
    async verify(step, site) {
      const wanted = await wantedOf(step, site.signal)
      await withDashboards(openDashboards, step, (store) => mustBeThere(store, wanted))
    },
    async rollback(step, site) {
      await withDashboards(openDashboards, step, (store) =>
        takeBack(store, site, step, step.sha256),
      )
    },
  }
}

export function removeDashboardOp({
  openDashboards,
}: Pick<DashboardDoors, 'openDashboards'>): Op<RemoveDashboard> {
  return {
    async precondition(step) {
      await withDashboards(openDashboards, step, (store) =>
        mustBeAsPlanned(store, step, { sha256: null, replaces: step.sha256 }),
      )
    },
    async run(step, site) {
      await withDashboards(openDashboards, step, (store) => removeDashboard(store, site, step))
    },
    async verify(step) {
      await withDashboards(openDashboards, step, async (store) => {
        if (await store.of(step.uid)) throw new Error(`Dashboard ${step.uid} is still there.`)
      })
    },
    async rollback(step, site) {
      await withDashboards(openDashboards, step, (store) => takeBack(store, site, step, null))
    },
  }
}
