import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { shortId } from '../../../shared/domain/short-id.ts'
import type { SnapshotFile } from '../../../shared/domain/snapshot.ts'
import { assertNever } from '../../../shared/kit/assert-never.ts'
import { TurnTaken, takeTurnIn } from '../../adapters/disk/turns.ts'
import type { EngineHands } from '../../adapters/docker/hands/engine-hands.ts'
import { readToEnd } from '../hash-content.ts'
import type { BackupProgress } from '../order.ts'
import type { Repository } from '../repository/repository.ts'
import { compareTrees } from './compare-trees.ts'
import { lookAt, makeTree, whatDiffers } from './make-tree.ts'
import { mustBeQuiet, type PlaceAt, removeOwnHelpers } from './place.ts'
import { keepPreImage, preImage } from './pre-image.ts'
import type { Counted, RestoreDeed } from './restore-deed.ts'
import { snapshotTree, type Tree } from './tree.ts'

export type DeedSite = {
  openHands: (endpoint: string) => Promise<EngineHands>
  /** Rejects with a sentence where there is none. */
  openRepository: () => Promise<Repository>
  say: (progress: Partial<BackupProgress>) => void
  signal: AbortSignal
}

type DeedOf<W extends RestoreDeed['what']> = Extract<RestoreDeed, { what: W }>
type AtPlace = DeedOf<'put-back' | 'compare' | 'take-back'>

/**
 * Whoever did an earlier part of the same operation may be about to notice that it is killed: longer
 * than `orphanMayTakeMs`.
 */
const othersMayTakeMs = 150_000
const betweenTriesMs = 100
const mostNamed = 5

/**
 * Does one part of a restore from beginning to end. Rejects with a sentence. Killed anywhere, the
 * same deed can be asked for again, and `take-back` makes it what it was.
 */
export async function carryOutDeed(
  deed: RestoreDeed,
  site: DeedSite,
): Promise<Counted | undefined> {
  switch (deed.what) {
    case 'check':
      return void (await check(deed, site))
    case 'count':
      return count(deed, site)
    case 'put-back':
      return atPlace(deed, site, (at) => putBack(deed, at, site))
    case 'compare':
      return atPlace(deed, site, async (at) => {
        await mustBe(await wantedTree(deed, site), at, 'as it is in the snapshot', site)
      })
    case 'take-back':
      return inTurn(deed, site, () => takeBack(deed, site))
    default:
      return assertNever(deed)
  }
}

async function check(
  { snapshot, components, files }: DeedOf<'check'>,
  { openRepository, say, signal }: DeedSite,
): Promise<void> {
  const repository = await openRepository()
  const { id } = await repository.find(snapshot)
  const keyOf = ({ component, path }: Pick<SnapshotFile, 'component' | 'path'>) =>
    `${component}\n${path}`
  const named = new Set(files.map(keyOf))
  const needed = (await repository.files(id)).filter(
    (file) =>
      file.type === 'file' && (components.includes(file.component) || named.has(keyOf(file))),
  )
  const found = new Set(needed.map(keyOf))
  const lost = files.find((one) => !found.has(keyOf(one)))
  if (lost) throw new Error(`${lost.path} is not in snapshot ${shortId(id)}.`)
  const seen = countingInto(say, {
    phase: 'verifying',
    what: `Snapshot ${shortId(id)}`,
    totalBytes: needed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  })
  await repository.read(
    needed,
    async ({ sizeBytes }, content) => {
      await readToEnd(content)
      seen(sizeBytes)
    },
    signal,
  )
}

async function count(deed: DeedOf<'count'>, site: DeedSite): Promise<Counted> {
  const { snapshot, parts, withinMs } = deed
  const repository = await site.openRepository()
  const files = await repository.files((await repository.find(snapshot)).id)
  const signal = AbortSignal.any([site.signal, AbortSignal.timeout(withinMs)])
  return withHands(deed, site, async (hands) => {
    const counted: [string, Counted[string]][] = []
    for (const { component, place, leave } of parts) {
      if (signal.aborted) break
      const wanted = files.filter((file) => file.component === component && !isLeft(file, leave))
      const helperId = `look-${randomUUID()}`
      // Whoever asks is told without it: what cannot be counted can be put back all the same.
      const present = await lookAt({ hands, place, leave, helperId, signal }).catch(() => undefined)
      if (!present) continue
      const { counts } = compareTrees(wanted, present)
      counted.push([component, { counts, bytes: bytesOf(present), wanted: bytesOf(wanted) }])
    }
    site.signal.throwIfAborted()
    return Object.fromEntries(counted)
  })
}

const bytesOf = (entries: readonly { sizeBytes: number }[]): number =>
  entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)

async function putBack(deed: DeedOf<'put-back'>, at: PlaceAt, site: DeedSite): Promise<void> {
  await mustBeQuiet(at)
  const tree = await wantedTree(deed, site)
  const what = `${at.place.type} ${at.place.source}`
  const kept = countingInto(site.say, { phase: 'reading', what: `What ${what} holds` })
  await keepPreImage({ ...at, onItem: kept }, deed.keptIn)
  // Keeping it may have taken a while.
  await mustBeQuiet(at)
  await makeTree(at, told(tree, site, what))
}

/** Nothing is written before it is kept; helpers may stand there all the same. */
async function takeBack(deed: DeedOf<'take-back'>, site: DeedSite): Promise<void> {
  const before = await preImage(deed.keptIn)
  if (!before) {
    // Where the engine does not answer now they are swept another time.
    await withHands(deed, site, (hands) =>
      removeOwnHelpers({ hands, signal: site.signal }, deed.helperId),
    ).catch(() => site.signal.throwIfAborted())
    return
  }
  await withHands(deed, site, async (hands) => {
    const at = placeAt(deed, hands, site)
    await mustBeQuiet(at)
    await before.mustBeWhole(at.signal)
    await makeTree(at, told(before, site, `${at.place.type} ${at.place.source}`))
    await mustBe(before, at, 'as it was before', site)
  })
}

async function wantedTree(
  { snapshot, component, leave }: DeedOf<'put-back' | 'compare'>,
  { openRepository, signal }: DeedSite,
): Promise<Tree> {
  const tree = await snapshotTree(await openRepository(), snapshot, component, signal)
  return { ...tree, entries: tree.entries.filter((entry) => !isLeft(entry, leave)) }
}

const isLeft = ({ path }: { path: string }, leave: readonly string[]): boolean =>
  leave.includes(path.split('/')[0] ?? '')

async function mustBe(
  tree: Pick<Tree, 'entries'>,
  at: PlaceAt,
  as: string,
  { say }: DeedSite,
): Promise<void> {
  const { type, source } = at.place
  const seen = countingInto(say, {
    phase: 'verifying',
    what: `What ${type} ${source} holds now`,
    totalBytes: bytesOf(tree.entries),
  })
  const differing = await whatDiffers({ ...at, onItem: seen }, tree)
  if (differing.length === 0) return
  const named = differing.slice(0, mostNamed).join(', ')
  const more = differing.length > mostNamed ? ` and ${differing.length - mostNamed} more` : ''
  throw new Error(`${type} ${source} is not ${as}: ${named}${more}.`)
}

/** The same tree, that says how far it has been read. */
function told(tree: Tree, { say }: DeedSite, what: string): Tree {
  const read = countingInto(say, {
    phase: 'restoring',
    what,
    totalBytes: bytesOf(tree.entries),
  })
  return {
    ...tree,
    read: (each, signal) =>
      tree.read(async (entry, content) => {
        await each(entry, content)
        read(entry.sizeBytes)
      }, signal),
  }
}

function countingInto(
  say: DeedSite['say'],
  first: Pick<BackupProgress, 'phase' | 'what' | 'totalBytes'>,
): (sizeBytes: number) => void {
  let files = 0
  let bytes = 0
  say({ ...first, files, bytes })
  return (sizeBytes) => {
    files += 1
    bytes += sizeBytes
    say({ files, bytes })
  }
}

const placeAt = (
  { place, leave, helperId }: AtPlace,
  hands: EngineHands,
  { signal }: DeedSite,
): PlaceAt => ({ hands, place, leave, helperId, signal })

const atPlace = (
  deed: AtPlace,
  site: DeedSite,
  use: (at: PlaceAt) => Promise<void>,
): Promise<undefined> =>
  inTurn(deed, site, () => withHands(deed, site, (hands) => use(placeAt(deed, hands, site))))

async function withHands<T>(
  { endpoint, engineId }: { endpoint: string; engineId: string },
  { openHands, signal }: DeedSite,
  use: (hands: EngineHands) => Promise<T>,
): Promise<T> {
  const hands = await openHands(endpoint)
  try {
    const { id } = await hands.identity(signal)
    if (id !== engineId) throw new Error(`Engine at ${endpoint} is ${id}, expected ${engineId}.`)
    return await use(hands)
  } finally {
    hands.close()
  }
}

/** One process at a time: a killed one's may still be there, and about to notice. */
async function inTurn(
  { keptIn, what, place }: AtPlace,
  { signal }: DeedSite,
  use: () => Promise<void>,
): Promise<undefined> {
  const deadline = performance.now() + othersMayTakeMs
  const take = async () => {
    for (;;) {
      try {
        return await takeTurnIn(join(keptIn, 'turns'), what)
      } catch (error) {
        if (!(error instanceof TurnTaken)) throw error
        if (performance.now() > deadline) {
          throw new Error(
            `Process ${error.holder.pid} still works on ${place.type} ${place.source} for the same operation. Wait until it has ended, then try again.`,
          )
        }
        await pause(betweenTriesMs, undefined, { signal })
      }
    }
  }
  const turn = await take()
  try {
    await use()
  } finally {
    await turn.over()
  }
}
