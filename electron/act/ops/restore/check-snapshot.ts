import { statfs } from 'node:fs/promises'
import { shortId } from '../../../../shared/domain/short-id.ts'
import type { SnapshotFile } from '../../../../shared/domain/snapshot.ts'
import type { Step } from '../../../../shared/plan/plan.ts'
import { asBytes } from '../../../backup/run/say.ts'
import type { Op, OperationSite } from '../../ops.ts'
import type { RestoreDoors } from './restore-doors.ts'

type CheckSnapshot = Extract<Step, { kind: 'CheckSnapshot' }>

/** Room that must be left, so that nothing else on the disk suffers. */
const reserve = 1.1

/** Only reads, so that there is nothing to undo. */
export function checkSnapshotOp({
  openRepository,
}: Pick<RestoreDoors, 'openRepository'>): Op<CheckSnapshot> {
  async function check(step: CheckSnapshot, site: OperationSite): Promise<void> {
    const { stack, snapshot, components, files, keepBytes } = step
    const repository = await openRepository(stack)
    const { id } = await repository.find(snapshot)
    await mustHaveRoom(site.keepDirectory, keepBytes, 'What is there now')
    // It holds the same once more, if nothing of it is known yet.
    await mustHaveRoom(repository.directory, keepBytes, 'The snapshot of what is there now')
    const named = new Set(files.map(({ component, path }) => `${component}\n${path}`))
    const needed = (await repository.files(id)).filter(
      ({ type, component, path }: SnapshotFile) =>
        type === 'file' && (components.includes(component) || named.has(`${component}\n${path}`)),
    )
    const lost = [...named].filter((one) =>
      needed.every(({ component, path }) => `${component}\n${path}` !== one),
    )
    if (lost.length > 0) {
      throw new Error(`${lost[0]?.split('\n')[1]} is not in snapshot ${shortId(id)}.`)
    }
    await repository.read(
      needed,
      async (_file, content) => {
        for await (const _chunk of content);
      },
      site.signal,
    )
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
  const needed = Math.ceil(bytes * reserve)
  if (bavail * bsize >= needed) return
  throw new Error(
    `${what} needs ${asBytes(needed)} in ${directory}, which has ${asBytes(bavail * bsize)} free. Make room there, then try again.`,
  )
}
