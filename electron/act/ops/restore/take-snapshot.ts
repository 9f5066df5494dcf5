import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Manifest } from '../../../../shared/domain/snapshot.ts'
import { withoutStop } from '../../../../shared/kit/without-stop.ts'
import type { Step } from '../../../../shared/plan/plan.ts'
import type { Repository } from '../../../backup/repository/repository.ts'
import { undoableDays } from '../../operation-directory.ts'
import type { Op, OperationSite } from '../../ops.ts'
import { readNote, writeNote } from '../../step-note.ts'
import type { RestoreDoors } from './restore-doors.ts'

type TakeSnapshot = Extract<Step, { kind: 'TakeSnapshot' }>

/** Somebody else may be writing a snapshot at this moment. */
const othersMayTakeMs = 120_000
const betweenTriesMs = 1_000

const noteOf = (step: TakeSnapshot) =>
  `snapshot-${createHash('sha256').update(JSON.stringify(step.only)).digest('hex').slice(0, 8)}`

/** The snapshot that this step of an operation has taken; undefined before it has. */
export async function snapshotTaken(
  step: TakeSnapshot,
  site: Pick<OperationSite, 'keepDirectory'>,
): Promise<string | undefined> {
  const id = (await readNote(site, noteOf(step)))?.['snapshot']
  return typeof id === 'string' ? id : undefined
}

/** Killed before it could be noted, a snapshot was taken for nothing: another one is. */
export function takeSnapshotOp({
  openRepository,
  takeSnapshot,
}: Pick<RestoreDoors, 'openRepository' | 'takeSnapshot'>): Op<TakeSnapshot> {
  return {
    async precondition() {},
    async run(step, site) {
      if (await snapshotTaken(step, site)) return
      const { stack, reason, note, pin, only } = step
      const take = () => takeSnapshot(stack, { reason, note, pin, only }, site.signal)
      const deadline = performance.now() + othersMayTakeMs
      let outcome = await take()
      while (outcome.busy && performance.now() < deadline) {
        await pause(betweenTriesMs, undefined, { signal: site.signal })
        outcome = await take()
      }
      if (outcome.snapshot === undefined) {
        throw new Error(`The present could not be kept: ${withoutStop(outcome.sentence)}.`)
      }
      const repository = await openRepository(stack)
      const { manifest } = await repository.find(outcome.snapshot)
      mustHold(step, manifest)
      await writeNote(site, noteOf(step), { snapshot: manifest.id })
      // That one too many is kept spoils no restore.
      if (reason === 'before-restore') await letGo(repository).catch(() => {})
    },
    async verify(step, site) {
      const id = await snapshotTaken(step, site)
      if (id === undefined) throw new Error('The present has not been kept in a snapshot yet.')
      const { manifest } = await (await openRepository(step.stack)).find(id)
      mustHold(step, manifest)
    },
    async rollback() {},
  }
}

/** All that will be written over must be in it whole. */
function mustHold({ places }: TakeSnapshot, { components, gaps }: Manifest): void {
  for (const place of places) {
    const held = components.find(({ facts }) =>
      [facts['volume'], facts['bind'], facts['hostPath']].includes(place),
    )
    const gap = gaps.find(({ component }) => component === held?.id)
    if (held && gap === undefined) continue
    const why = gap ?? gaps.find(({ component }) => component === 'engine') ?? gaps[0]
    throw new Error(
      `The present content of ${place} is not in the snapshot that was to keep it${
        why === undefined ? '' : `: ${withoutStop(why.sentence)}`
      }. Nothing has been written over.`,
    )
  }
}

/** Takes our own pins off what no restore can be undone from any more; the rule decides then. */
async function letGo(repository: Repository): Promise<void> {
  for (const { id, manifest, marks } of (await repository.snapshots()).sound) {
    const { reason, note, startedAt } = manifest
    const isOurPin = reason === 'before-restore' && note !== undefined && marks.pinned === note
    const isOld = Date.now() - Date.parse(startedAt) > undoableDays * 86_400_000
    if (isOurPin && isOld) await repository.mark(id, { pinned: undefined })
  }
}
