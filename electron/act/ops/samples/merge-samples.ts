import { rm, stat } from 'node:fs/promises'
import { posix } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Step } from '../../../../shared/plan/plan.ts'
import type { EngineHands } from '../../../adapters/docker/hands/engine-hands.ts'
import type { Op } from '../../ops.ts'
import { type OpenHands, withEngine } from '../with-engine.ts'
import { addBlocks, removeBlocks } from './added-blocks.ts'
import {
  type Carrying,
  copyFile,
  type HomeBefore,
  readCounted,
  readHome,
  readSaved,
  readWasRunning,
  type Saved,
  snapshotsOfOthers,
  temporaryId,
  writeCounted,
  writeHome,
  writeSnapshotsOfOthers,
  writeWasRunning,
} from './carried-note.ts'
import { blocksIn, copyOut } from './copied-blocks.ts'
import { countSamples, lastBefore, missingFrom } from './count-samples.ts'
import { lookLive } from './live-answer.ts'
import { megabytes, mergedRemark, spareBytes } from './remarks.ts'
import { containerOf, isActive, type SampleStore, storeOf } from './sample-store.ts'
import {
  removeTemporary,
  type TemporaryPrometheus,
  withTemporaryPrometheus,
} from './temporary-prometheus.ts'

type MergeSamples = Extract<Step, { kind: 'MergeSamples' }>

const usualGraceSeconds = 60
const liveWithinMs = 120_000
/** One that wants a certificate never answers us; whether it works is seen at the end. */
const silentForMs = 30_000
const betweenLooksMs = 500

/**
 * Adds blocks from elsewhere to the data of the Prometheus at home, so that nothing of either side
 * is lost. A Prometheus that finds a block that is newer than the beginning of its own write-ahead
 * log drops that part of the log (seen on 2.42); so its head is made a block first, and that one is
 * added before all others. It then knows twice what it knew, and once what is added.
 */
export function mergeSamplesOp(open: OpenHands): Op<MergeSamples> {
  return {
    async precondition(step, { signal }) {
      await withEngine(open, step, signal, async (hands) => {
        storeOf(await containerOf(hands, step, signal))
      })
    },
    async run(step, site) {
      const carrying = { site, containerId: step.savedFrom }
      const saved = await readSaved(carrying)
      if (!saved) throw new Error(`What ${step.service} recorded on ${step.from} was not copied.`)
      if (saved.blocks.length === 0) {
        return site.remark?.(`${step.service} had recorded nothing on ${step.from}.`)
      }
      const { signal } = site
      await withEngine(open, step, signal, async (hands) => {
        const container = await containerOf(hands, step, signal)
        const store = storeOf(container)
        if ((await readCounted(carrying)) === undefined) {
          await writeWasRunning(carrying, isActive(container))
          await hands.stop(container.id, container.stopTimeoutSeconds ?? usualGraceSeconds, signal)
          try {
            await merge({ step, saved, hands, store, carrying })
          } catch (error) {
            // Wherever it came to, what is at home is whole: it need not stand still meanwhile.
            await hands.start(container.id).catch(() => {})
            throw error
          }
        }
        await hands.start(container.id, signal)
        await untilLive(hands, container.id, saved, signal)
      })
      site.remark?.((await readCounted(carrying)) ?? '')
      for (const what of ['away', 'home'] as const) {
        await rm(copyFile(what, carrying), { force: true })
      }
    },
    async verify(step, site) {
      const carrying = { site, containerId: step.savedFrom }
      const saved = await readSaved(carrying)
      if (saved?.blocks.length === 0) return
      if (!saved || (await readCounted(carrying)) === undefined) {
        throw new Error(`Samples from ${step.from} were not all found at home.`)
      }
      await withEngine(open, step, site.signal, async (hands) => {
        const { id } = await containerOf(hands, step, site.signal)
        const live = await lookLive(hands, id, saved, site.signal)
        if (typeof live === 'object') throw new Error(live.problem)
      })
    },
    async rollback(step, site) {
      const carrying = { site, containerId: step.savedFrom }
      const wasRunning = await readWasRunning(carrying)
      if (wasRunning === undefined) return
      const { signal } = site
      await withEngine(open, step, signal, async (hands) => {
        const container = await containerOf(hands, step, signal)
        await takeBack({ hands, store: storeOf(container), carrying })
        if (wasRunning) await hands.start(container.id, signal)
      })
    },
  }
}

type Merging = {
  step: MergeSamples
  saved: Saved
  hands: EngineHands
  store: SampleStore
  carrying: Carrying
}

async function merge({ step, saved, hands, store, carrying }: Merging): Promise<void> {
  const { signal } = carrying.site
  const id = temporaryId('home', carrying)
  const temporary = <T>(use: (one: TemporaryPrometheus) => Promise<T>) =>
    withTemporaryPrometheus(hands, store, { id, signal }, use)

  const home = (await readHome(carrying)) ?? (await temporary((one) => lookHome(one)))
  // The head first: should anybody start this Prometheus now, it has lost nothing.
  await addBlocks({ hands, store, id, signal }, [
    { file: copyFile('home', carrying), ulids: home.head === undefined ? [] : [home.head] },
    { file: copyFile('away', carrying), ulids: home.add },
  ])
  await temporary(async (one) => {
    const after = await countSamples(one.ask, saved.selector, home)
    const missing = missingFrom(after, { ...home, home: home.counts, carried: saved.counts })
    if (missing.length > 0) {
      throw new Error(
        `Not all samples of both sides are found at home: ${missing.slice(0, 5).join('; ')}.`,
      )
    }
    await one.removeSnapshotsBut((await snapshotsOfOthers('home', carrying)) ?? [])
    await writeCounted(carrying, mergedRemark(step, saved, home, after))
  })

  async function lookHome(one: TemporaryPrometheus): Promise<HomeBefore> {
    const others = (await snapshotsOfOthers('home', carrying)) ?? (await one.snapshots())
    await writeSnapshotsOfOthers('home', carrying, others)
    const snapshot = await one.takeSnapshot()
    const isThere = async (ulid: string) =>
      (await hands.statPath(one.containerId, posix.join(one.path, ulid), signal)) !== undefined
    const file = copyFile('home', carrying)
    const heads: string[] = []
    for (const ulid of await one.blocksOf(snapshot)) if (!(await isThere(ulid))) heads.push(ulid)
    const [head] = heads
    if (heads.length > 1) {
      throw new Error(`The snapshot of home has ${heads.length} blocks that it had not before.`)
    }
    if (head !== undefined) {
      const path = posix.join(one.path, 'snapshots', snapshot, head)
      await expectSpace(one, path, copyFile('away', carrying))
      await copyOut(hands, one.containerId, path, file, signal)
    }
    const [headBlock] = head === undefined ? [] : await blocksIn(file)
    const add: string[] = []
    for (const ulid of saved.blocks) if (!(await isThere(ulid))) add.push(ulid)
    const range = {
      from: Math.min(saved.from, headBlock?.from ?? saved.from),
      to: Math.max(saved.to, headBlock?.to ?? saved.to),
    }
    const within = await countSamples(one.ask, saved.selector, saved)
    const gap = await gapAtHome(one, store, saved)
    const looked: HomeBefore = {
      ...(head !== undefined && { head }),
      ...(gap && { gap }),
      ...{ add, ...range, within },
      counts: await countSamples(one.ask, saved.selector, range),
    }
    await writeHome(carrying, looked)
    return looked
  }
}

/** From home's last sample before the other side's first to the start of what runs at home now. */
async function gapAtHome(
  { ask }: TemporaryPrometheus,
  { container }: SampleStore,
  saved: Saved,
): Promise<HomeBefore['gap']> {
  const to = container.startedAt
  if (to === undefined || to < saved.to) return undefined
  const from = await lastBefore(ask, saved.selector, to)
  return from !== undefined && from < saved.to ? { from, to } : undefined
}

/** Removes what was added, but never home's own head: only it has what its log may have lost. */
async function takeBack({
  hands,
  store,
  carrying,
}: Pick<Merging, 'hands' | 'store' | 'carrying'>): Promise<void> {
  const { signal } = carrying.site
  const { container } = store
  const id = temporaryId('home', carrying)
  await hands.stop(container.id, container.stopTimeoutSeconds ?? usualGraceSeconds, signal)
  await removeTemporary(hands, id, signal)
  const home = await readHome(carrying)
  const saved = await readSaved(carrying)
  if (home) {
    const unfinished = home.head === undefined ? [] : [home.head]
    await removeBlocks({ hands, store, id, signal }, { all: home.add, unfinished })
  }
  const others = await snapshotsOfOthers('home', carrying)
  if (others === undefined) return
  await withTemporaryPrometheus(hands, store, { id, signal }, async (one) => {
    await one.removeSnapshotsBut(others)
    if (!home || !saved) return
    const now = await countSamples(one.ask, saved.selector, home)
    const missing = missingFrom(now, { home: home.counts, within: {}, carried: {} })
    if (missing.length > 0)
      throw new Error(`Home lacks samples: ${missing.slice(0, 5).join('; ')}.`)
  })
}

/** Both copies must fit, and something must be left. */
async function expectSpace(
  one: TemporaryPrometheus,
  headPath: string,
  copied: string,
): Promise<void> {
  const free = await one.freeBytes()
  const head = await one.sizeBytes(headPath)
  if (free === undefined || head === undefined) return
  const needed = head + (await stat(copied)).size
  if (needed + spareBytes <= free) return
  throw new Error(
    `The samples need ${megabytes(needed)} more at home, where ${megabytes(free)} are left. Make space and go on.`,
  )
}

async function untilLive(
  hands: EngineHands,
  containerId: string,
  saved: Saved,
  signal: AbortSignal,
): Promise<void> {
  const began = performance.now()
  for (;;) {
    const live = await lookLive(hands, containerId, saved, signal)
    const sinceMs = performance.now() - began
    if (live === 'has them' || (live === 'silent' && sinceMs > silentForMs)) return
    if (typeof live === 'object' && sinceMs > liveWithinMs) throw new Error(live.problem)
    await pause(betweenLooksMs, undefined, { signal })
  }
}
