import { posix } from 'node:path'
import type { DataPlace } from '../../../shared/plan/steps/restore-steps.ts'
import {
  type EngineHands,
  type HelperMount,
  helperMountPath,
} from '../../adapters/docker/hands/engine-hands.ts'
import { hashContent } from '../hash-content.ts'
import { archiveTree } from '../sources/engine/archive-tree.ts'
import type { SourceItem } from '../sources/source.ts'
import type { TreeEntry } from './tree.ts'

/** A place of data on an engine that is to be read or made anew. */
export type PlaceAt = {
  hands: EngineHands
  place: DataPlace
  /** Names at the top that are nobody's business here. */
  leave: readonly string[]
  /** Stands on the helpers, so that those of a process that was killed are found. */
  helperId: string
  signal: AbortSignal
  /** Told of everything that has been met. */
  onItem?: (sizeBytes: number) => void
}

/** Where the data is in a helper. */
export const rootIn = ({ below }: DataPlace): string => posix.join(helperMountPath, below)

export const mountOf = ({ type, source }: DataPlace, readOnly: boolean): HelperMount => ({
  type,
  source,
  readOnly,
})

/** What a process that was killed has left, and what would stand in the way by its name. */
export async function removeOwnHelpers(
  { hands, signal }: Pick<PlaceAt, 'hands' | 'signal'>,
  helperId: string,
): Promise<void> {
  for (const { id, containerId } of await hands.helpers(signal)) {
    if (id === helperId) await hands.removeHelper(containerId, signal)
  }
}

/** A never-started container that has the place mounted, for as long as `use` takes. */
export async function withHelper<T>(
  at: PlaceAt,
  readOnly: boolean,
  use: (containerId: string) => Promise<T>,
): Promise<T> {
  await removeOwnHelpers(at, at.helperId)
  const wanted = { id: at.helperId, mount: mountOf(at.place, readOnly) }
  const containerId = await at.hands.createHelper(wanted, at.signal)
  try {
    return await use(containerId)
  } finally {
    await at.hands.removeHelper(containerId)
  }
}

/** Everything in the place, one pass. Whoever takes an item reads `open` to its end, or not at all. */
export async function* itemsIn(at: PlaceAt, containerId: string): AsyncGenerator<SourceItem> {
  const { hands, place, leave, signal } = at
  const root = rootIn(place)
  // The directory may be missing in its volume: then it is made.
  if (place.below !== '' && !(await hands.statPath(containerId, root, signal))) return
  const isLeft = (path: string) => leave.includes(path.split('/')[0] ?? '')
  const take = (path: string) => !isLeft(path)
  for await (const item of archiveTree({ hands, containerId, root, signal, isLive: false, take })) {
    yield item
    at.onItem?.(item.sizeBytes)
  }
}

/** Whoever runs would write into what is being put back. */
export async function mustBeQuiet({
  hands,
  place,
  signal,
}: Pick<PlaceAt, 'hands' | 'place' | 'signal'>): Promise<void> {
  const { type, source, below } = place
  const users =
    type === 'volume'
      ? await hands.containersUsing(source, signal)
      : await hands.containersWritingTo(posix.join(source, below), signal)
  const active = users.filter(({ state }) => writing.includes(state)).map(({ name }) => name)
  if (active.length === 0) return
  throw new Error(`${active.join(', ')} runs and writes to ${type} ${source}. Stop it, then go on.`)
}

/** A paused one goes on whenever somebody likes. */
const writing: readonly string[] = ['running', 'restarting', 'paused']

/** The same with the hash of every file, for whoever compares. */
export async function* hashedIn(at: PlaceAt, containerId: string): AsyncGenerator<TreeEntry> {
  for await (const item of itemsIn(at, containerId)) {
    yield entryOf(item, item.open && (await hashContent(await item.open())))
  }
}

/** Names and kinds alone. */
export async function* namesIn(
  at: PlaceAt,
  containerId: string,
): AsyncGenerator<Pick<TreeEntry, 'path' | 'type'>> {
  for await (const { path, type } of itemsIn(at, containerId)) yield { path, type }
}

export const entryOf = (
  { path, type, mode, uid, gid, mtimeSeconds, sizeBytes, linkTo }: SourceItem,
  sha256: string | undefined,
): TreeEntry => ({
  ...{ path, type, mode, uid, gid, mtimeSeconds, sizeBytes },
  ...(linkTo !== undefined && { linkTo }),
  ...(sha256 !== undefined && { sha256 }),
})
