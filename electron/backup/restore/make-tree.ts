import { posix } from 'node:path'
import { parentsOf } from '../../adapters/archive/member-name.ts'
import { statusOf } from '../../adapters/docker/engine-call.ts'
import { helperMountPath } from '../../adapters/docker/hands/engine-hands.ts'
import { compareTrees, topmost } from './compare-trees.ts'
import {
  hashedIn,
  mountOf,
  namesIn,
  type PlaceAt,
  removeOwnHelpers,
  rootIn,
  withHelper,
} from './place.ts'
import { tarOfTree } from './tar-of-tree.ts'
import type { Tree, TreeEntry } from './tree.ts'

/** Linux takes 128 KiB for one argument and 2 MiB for all. */
const mostArgumentBytes = 100_000

/**
 * Makes the content of a place that of the tree, and nothing else: what is too much goes, what is
 * in the tree is written, with its modes and owners, those of the root too. Can be called again
 * after it was cut off anywhere. Reads nothing back; that is what `whatDiffers` is for.
 */
export async function makeTree(at: PlaceAt, tree: Tree): Promise<void> {
  await removeSurplus(at, tree.entries)
  await withHelper(at, false, async (containerId) => {
    const prefix = rootIn(at.place).slice(1)
    const tar = tarOfTree(tree, prefix, at.signal)
    let broken: unknown
    tar.once('error', (error) => {
      broken = error
    })
    try {
      await at.hands.writeArchive(containerId, '/', tar, at.signal)
    } catch (error) {
      at.signal.throwIfAborted()
      throw broken ?? error
    }
  })
}

/** What is not in a place as it is in the tree, and what is there beside it; by path. */
export async function whatDiffers(at: PlaceAt, tree: Pick<Tree, 'entries'>): Promise<string[]> {
  const present = await lookAt(at)
  const { differing, surplus } = compareTrees(tree.entries, present)
  return [...differing, ...surplus]
}

/** Everything in a place, with the hashes of its files. */
export const lookAt = (at: PlaceAt): Promise<TreeEntry[]> =>
  withHelper(at, true, (containerId) => allOf(hashedIn(at, containerId)))

async function removeSurplus(at: PlaceAt, wanted: readonly TreeEntry[]): Promise<void> {
  const needed = new Set(wanted.flatMap(({ path }) => [path, ...parentsOf(path)]))
  const surplus = async () => {
    const present = await withHelper(at, true, (id) => allOf(namesIn(at, id)))
    const names = present.map(({ path }) => path)
    return topmost(names.filter((path) => path !== '.' && !needed.has(path)))
  }
  const before = await surplus()
  if (before.length === 0) return
  for (const some of inPortions(before.map((path) => posix.join(rootIn(at.place), path)))) {
    await removeOwnHelpers(at, at.helperId)
    const wantedHelper = { id: at.helperId, mount: mountOf(at.place, false) }
    try {
      await at.hands.runHelper(wantedHelper, ['rm', '-rf', ...some], at.signal)
    } catch (error) {
      // What the engine refused is told by what is still there.
      if (statusOf(error) === undefined) throw error
    }
  }
  const left = await surplus()
  if (left.length === 0) return
  throw new Error(
    `${left.length} things in ${at.place.type} ${at.place.source} could not be deleted, ${left[0]} among them: no image on ${at.hands.endpoint} has a program rm that may do it. Pull one that has, busybox for example, then go on.`,
  )
}

function inPortions(paths: readonly string[]): string[][] {
  const portions: string[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const path of paths) {
    if (!path.startsWith(`${helperMountPath}/`)) throw new Error(`${path} is not in the place.`)
    bytes += Buffer.byteLength(path) + 1
    if (bytes > mostArgumentBytes) {
      portions.push([])
      bytes = Buffer.byteLength(path) + 1
    }
    portions.at(-1)?.push(path)
  }
  return portions
}

async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
