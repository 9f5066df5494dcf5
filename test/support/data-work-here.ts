import type { RestoreDoors } from '../../electron/act/ops/restore/restore-doors.ts'
import { carryOutDeed, type DeedSite } from '../../electron/backup/restore/carry-out-deed.ts'

/** Does in this process what the app leaves to one of its own. */
export const dataWorkHere =
  (
    openHands: DeedSite['openHands'],
    openRepository: RestoreDoors['openRepository'],
  ): RestoreDoors['workOnData'] =>
  async (stack, deed, { signal }) => {
    const site = { openHands, openRepository: () => openRepository(stack), say() {}, signal }
    await carryOutDeed(deed, site)
  }
