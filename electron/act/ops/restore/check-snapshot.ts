import { statfs } from 'node:fs/promises'
import type { Step } from '../../../../shared/plan/plan.ts'
import { asBytes } from '../../../backup/run/say.ts'
import type { Op, OperationSite } from '../../ops.ts'
import { withEngine } from '../with-engine.ts'
import type { RestoreDoors } from './restore-doors.ts'

type CheckSnapshot = Extract<Step, { kind: 'CheckSnapshot' }>

/** Room that must be left, so that nothing else on the disk suffers. */
const reserve = 1.1

/** Only reads, so that there is nothing to undo. */
export function checkSnapshotOp({
  openRepository,
  openHands,
  workOnData,
}: Pick<RestoreDoors, 'openRepository' | 'openHands' | 'workOnData'>): Op<CheckSnapshot> {
  async function check(step: CheckSnapshot, site: OperationSite): Promise<void> {
    const { stack, snapshot, components, files, keepBytes } = step
    const repository = await openRepository(stack)
    await mustHaveRoom(site.keepDirectory, keepBytes, 'What is there now')
    // It holds the same once more, if nothing of it is known yet.
    await mustHaveRoom(repository.directory, keepBytes, 'The snapshot of what is there now')
    const unknown = await engineRoom(step, site)
    await workOnData(stack, { what: 'check', snapshot, components, files }, site)
    site.remark?.(unknown ?? '')
  }

  /** A sentence where nobody can tell. */
  async function engineRoom(
    { engine }: CheckSnapshot,
    { signal }: OperationSite,
  ): Promise<string | undefined> {
    if (!engine) return undefined
    const free = await withEngine(openHands, engine, signal, (hands) => hands.freeBytes(signal))
    if (free === undefined) {
      return `How much room the disk of the engine at ${engine.endpoint} has cannot be seen from here.`
    }
    mustSuffice(engine.growsBytes, free, {
      what: 'What comes back',
      where: `on the disk of the engine at ${engine.endpoint}`,
    })
    return undefined
  }

  return {
    async precondition({ stack, snapshot }) {
      await (await openRepository(stack)).find(snapshot)
    },
    run: check,
    async verify() {},
    async rollback() {},
  }
}

async function mustHaveRoom(directory: string, bytes: number, what: string): Promise<void> {
  const { bavail, bsize } = await statfs(directory)
  mustSuffice(bytes, bavail * bsize, { what, where: `in ${directory}` })
}

function mustSuffice(bytes: number, free: number, said: { what: string; where: string }): void {
  const needed = Math.ceil(bytes * reserve)
  if (free >= needed) return
  throw new Error(
    `${said.what} needs ${asBytes(needed)} ${said.where}, which has ${asBytes(free)} free. Make room there, then try again.`,
  )
}
