import type { Mirror } from '../../../shared/ipc/contract.ts'
import { listeners } from '../listeners.ts'
import type { Sentinel } from '../surface.ts'
import type { KeptBackups } from './keep-backups.ts'

/** The same loop with backups beside it: they begin, sleep and end with it, and show in its mirror. */
export function backedUp(guard: Sentinel, kept: KeptBackups): Sentinel {
  const told = listeners<Mirror>()
  let own = 0

  const mirror = (): Mirror => {
    const seen = guard.mirror()
    return { ...seen, revision: seen.revision + own, backups: kept.mirror() }
  }
  guard.onMirror(() => {
    kept.checkStacks()
    told.tell(mirror())
  })
  kept.onChange(() => {
    own += 1
    told.tell(mirror())
  })

  return {
    ...guard,
    backups: kept.surface,
    mirror,
    onMirror: told.add,
    async start() {
      await guard.start()
      kept.start()
    },
    async stop() {
      await kept.stop()
      await guard.stop()
    },
    async lookAgain() {
      kept.awoke()
      await guard.lookAgain()
    },
  }
}
