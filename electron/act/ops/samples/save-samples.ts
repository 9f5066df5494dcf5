import { mkdir, rm, statfs } from 'node:fs/promises'
import type { Step } from '../../../../shared/plan/plan.ts'
import type { EngineHands } from '../../../adapters/docker/hands/engine-hands.ts'
import type { Op, OperationSite } from '../../ops.ts'
import { type OpenHands, withEngine } from '../with-engine.ts'
import {
  type Carrying,
  copyFile,
  readSaved,
  type Saved,
  snapshotsOfOthers,
  temporaryId,
  writeSaved,
  writeSnapshotsOfOthers,
} from './carried-note.ts'
import { type Block, blocksIn, copyOut, hasCopy } from './copied-blocks.ts'
import { countSamples, everyTarget, everything, totalOf } from './count-samples.ts'
import { megabytes, savedRemark, spareBytes } from './remarks.ts'
import { type SampleStore, storeOf } from './sample-store.ts'
import {
  removeTemporary,
  type TemporaryPrometheus,
  withTemporaryPrometheus,
} from './temporary-prometheus.ts'

type SaveSamples = Extract<Step, { kind: 'SaveSamples' }>

const dayMs = 24 * 3600 * 1000

/**
 * Copies what a stopped Prometheus has, its head as well. Its own data stays as it is: a snapshot
 * links the blocks that are there, and is removed again.
 */
export function saveSamplesOp(open: OpenHands): Op<SaveSamples> {
  const of = ({ containerId }: SaveSamples, site: OperationSite): Carrying => ({
    site,
    containerId,
  })

  async function withStore<T>(
    step: SaveSamples,
    { signal }: OperationSite,
    use: (store: SampleStore, hands: EngineHands) => Promise<T>,
  ): Promise<T> {
    return withEngine(open, step, signal, async (hands) => {
      const container = await hands.container(step.containerId, signal)
      if (!container) throw new Error(`${step.container} is not on ${step.endpoint} any more.`)
      return use(storeOf(container), hands)
    })
  }

  return {
    async precondition(step, site) {
      await withStore(step, site, async () => {})
    },
    async run(step, site) {
      const carrying = of(step, site)
      const file = copyFile('away', carrying)
      if ((await readSaved(carrying)) === undefined) {
        await mkdir(site.keepDirectory, { recursive: true, mode: 0o700 })
        await withStore(step, site, (store, hands) =>
          withTemporaryPrometheus(
            hands,
            store,
            { id: temporaryId('away', carrying), signal: site.signal },
            async (temporary) => {
              const others =
                (await snapshotsOfOthers('away', carrying)) ?? (await temporary.snapshots())
              await writeSnapshotsOfOthers('away', carrying, others)
              const snapshot = await temporary.takeSnapshot()
              const path = `${temporary.path}/snapshots/${snapshot}`
              await expectSpace(temporary, path, site.keepDirectory)
              await copyOut(hands, temporary.containerId, path, file, site.signal)
              const saved = await count(temporary, await blocksIn(file))
              await temporary.removeSnapshotsBut(others)
              await writeSaved(carrying, saved)
            },
          ),
        )
      }
      const saved = await readSaved(carrying)
      if (saved) site.remark?.(savedRemark(saved))
    },
    async verify(step, site) {
      const carrying = of(step, site)
      const saved = await readSaved(carrying)
      const file = copyFile('away', carrying)
      if (!saved || !(await hasCopy(file))) {
        throw new Error(`What ${step.service} recorded on ${step.from} was not copied.`)
      }
      const there = new Set((await blocksIn(file)).map(({ ulid }) => ulid))
      const lost = saved.blocks.filter((ulid) => !there.has(ulid))
      if (lost.length > 0) throw new Error(`${file} lacks ${lost.join(', ')}.`)
    },
    /** Its data has never been less; what we added to it for a while goes again. */
    async rollback(step, site) {
      const carrying = of(step, site)
      const others = await snapshotsOfOthers('away', carrying)
      if (others !== undefined && (await readSaved(carrying)) === undefined) {
        await withStore(step, site, (store, hands) =>
          withTemporaryPrometheus(
            hands,
            store,
            { id: temporaryId('away', carrying), signal: site.signal },
            (temporary) => temporary.removeSnapshotsBut(others),
          ),
        )
      } else {
        await withStore(step, site, (_store, hands) =>
          removeTemporary(hands, temporaryId('away', carrying), site.signal),
        )
      }
      await rm(copyFile('away', carrying), { force: true })
    },
  }
}

async function count({ ask }: TemporaryPrometheus, blocks: readonly Block[]): Promise<Saved> {
  const ulids = blocks.map(({ ulid }) => ulid)
  if (blocks.length === 0) {
    const nothing = { counts: {}, lastDay: {}, lastDayFrom: 0, from: 0, to: 0 }
    return { blocks: ulids, selector: everyTarget, ...nothing }
  }
  const from = Math.min(...blocks.map((block) => block.from))
  const to = Math.max(...blocks.map((block) => block.to))
  const targets = await countSamples(ask, everyTarget, { from, to })
  const selector = totalOf(targets) > 0 ? everyTarget : everything
  const counts =
    selector === everyTarget ? targets : await countSamples(ask, selector, { from, to })
  const lastDayFrom = Math.max(from, to - dayMs)
  const lastDay =
    lastDayFrom === from ? counts : await countSamples(ask, selector, { from: lastDayFrom, to })
  return { blocks: ulids, from, to, selector, counts, lastDay, lastDayFrom }
}

/** What is copied must fit here, and something must be left. */
async function expectSpace(
  temporary: TemporaryPrometheus,
  path: string,
  keepDirectory: string,
): Promise<void> {
  const needed = await temporary.sizeBytes(path)
  const { bavail, bsize } = await statfs(keepDirectory)
  if (needed === undefined || needed + spareBytes <= bavail * bsize) return
  throw new Error(
    `The copy needs ${megabytes(needed)}, and ${keepDirectory} has ${megabytes(bavail * bsize)} left. Make space and go on.`,
  )
}
