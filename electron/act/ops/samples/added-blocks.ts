import { posix } from 'node:path'
import type { EngineHands } from '../../../adapters/docker/hands/engine-hands.ts'
import { archiveEntry } from '../../../backup/sources/engine/archive-tree.ts'
import { copyIn, hasCopy } from './copied-blocks.ts'
import { expectIdle, type SampleStore } from './sample-store.ts'
import { isUlid, removeTemporary } from './temporary-prometheus.ts'

/** Data that nobody runs on, and by what our helpers on it are found again. */
type Target = { hands: EngineHands; store: SampleStore; id: string; signal: AbortSignal }

/** Adds what is not there yet, one copy after the other; what is there whole is left alone. */
export async function addBlocks(
  target: Target,
  copies: readonly { file: string; ulids: readonly string[] }[],
): Promise<void> {
  const { hands, store, signal } = target
  await expectIdle(hands, store, signal)
  await withHelper(target, 'in', async (containerId) => {
    const at = { hands, containerId, path: store.path }
    const root = await archiveEntry({ hands, containerId, signal }, store.path)
    if (!root) throw new Error(`${store.container.name} has no data directory.`)
    const { uid, gid } = root
    for (const { file, ulids } of copies) {
      const lacking: string[] = []
      for (const ulid of ulids) {
        if (!(await isWhole(target, containerId, ulid))) lacking.push(ulid)
      }
      if (lacking.length === 0) continue
      if (!(await hasCopy(file))) throw new Error(`${file} is gone, and blocks of it are missing.`)
      await copyIn({ file, ulids: lacking }, at, { uid, gid }, signal)
    }
  })
}

/** Removes these blocks, and of `unfinished` those that are not whole. Nothing else. */
export async function removeBlocks(
  target: Target,
  { all, unfinished }: { all: readonly string[]; unfinished: readonly string[] },
): Promise<void> {
  const { hands, store, id, signal } = target
  await expectIdle(hands, store, signal)
  await withHelper(target, 'out', async (containerId) => {
    const isThere = async (ulid: string) =>
      (await hands.statPath(containerId, posix.join(store.path, ulid), signal)) !== undefined
    const gone: string[] = []
    for (const ulid of [...all, ...unfinished].filter(isUlid)) {
      const isWanted = !all.includes(ulid) && (await isWhole(target, containerId, ulid))
      if (!isWanted && (await isThere(ulid))) gone.push(posix.join(store.path, ulid))
    }
    if (gone.length === 0) return
    const { type, source } = store.place
    // Without its `meta.json` the rest of a block harms nobody, so that goes first.
    const command = ['rm', '-rf', ...gone.map((path) => posix.join(path, 'meta.json')), ...gone]
    await hands.runHelper(
      {
        id: `${id}-rm`,
        image: store.container.imageId,
        mount: { type, source, readOnly: false },
      },
      command,
      signal,
    )
    for (const path of gone) {
      if (await hands.statPath(containerId, path, signal)) {
        throw new Error(`Block ${posix.basename(path)} cannot be removed from ${source}.`)
      }
    }
  })
}

const isWhole = async (
  { hands, store, signal }: Target,
  containerId: string,
  ulid: string,
): Promise<boolean> =>
  (await hands.statPath(containerId, posix.join(store.path, ulid, 'meta.json'), signal)) !==
  undefined

/** One that is never started. */
async function withHelper(
  { hands, store, id, signal }: Target,
  what: string,
  use: (containerId: string) => Promise<void>,
): Promise<void> {
  await removeTemporary(hands, id, signal)
  const { type, source } = store.place
  const containerId = await hands.createHelper(
    { id: `${id}-${what}`, mount: { type, source, readOnly: false } },
    signal,
  )
  try {
    await use(containerId)
  } finally {
    await hands.removeHelper(containerId)
  }
}
