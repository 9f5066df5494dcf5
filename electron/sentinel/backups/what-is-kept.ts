import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { known, lastSeen, type Reading, unknown } from '../../../shared/domain/reading.ts'
import type { BrokenSnapshot, SnapshotEntry } from '../../../shared/domain/snapshot.ts'
import type { Stack } from '../../../shared/domain/stack.ts'
import { sentenceOf } from '../../../shared/kit/sentence-of.ts'
import type { BackupOutcome, RunOrder } from '../../backup/order.ts'
import type { Repository } from '../../backup/repository/repository.ts'
import { failureOf } from '../../observe/failure-of.ts'
import type { Ledgers } from './ledger.ts'

/** What one look at a repository found. */
export type Kept = {
  directory: string
  /** Absent before the first snapshot. */
  id?: string
  encrypted: boolean
  /** Newest first; of this stack alone, since two may share a repository. */
  sound: readonly SnapshotEntry[]
  broken: readonly BrokenSnapshot[]
  space: { freeBytes: number; ownBytes: number } | null
}

type WhatIsKeptParts = {
  directoryOf: (stack: Stack) => string
  /** For reading alone; undefined where there is no repository yet. */
  open: (stack: Stack) => Promise<Repository | undefined>
  ledgers: Ledgers
  now: () => number
}

export interface WhatIsKept {
  /** The last look, `pending` before there was one. */
  seen(stack: Stack): Reading<Kept>
  /** Looks where something has been written or removed since, or after a while; true when it looked. */
  look(stack: Stack, options?: { anew: boolean }): Promise<boolean>
}

const restMs = 900_000

/** Repositories as they were last seen: a few hundred manifests are read again only for a reason. */
export function whatIsKept(parts: WhatIsKeptParts): WhatIsKept {
  const { directoryOf, ledgers, now } = parts
  type Look = { reading: Reading<Kept>; mark: string; at: number }
  const looks = new Map<string, Look>()
  const looking = new Map<string, Promise<boolean>>()

  const keyOf = (stack: Stack) => `${stack.name}\n${directoryOf(stack)}`

  async function read(stack: Stack): Promise<Kept> {
    const directory = directoryOf(stack)
    const repository = await parts.open(stack)
    const { repository: before } = await ledgers.read(stack.name)
    if (!repository) {
      if (before?.directory === directory) throw new Gone(directory)
      return { directory, encrypted: false, sound: [], broken: [], space: null }
    }
    const { id, encrypted } = repository
    if (before?.directory === directory && before.id !== id) throw new Replaced(directory)
    const [{ sound, broken }, space] = await Promise.all([
      repository.snapshots(),
      repository.space(),
    ])
    await ledgers.change(stack.name, (ledger) => ({ ...ledger, repository: { directory, id } }))
    const own = sound.filter(({ manifest }) => manifest.stack === stack.name)
    return { directory, id, encrypted, sound: own, broken, space }
  }

  async function lookNow(stack: Stack, anew: boolean): Promise<boolean> {
    const before = looks.get(keyOf(stack))
    const mark = await markOf(directoryOf(stack))
    const at = now()
    const rested = before !== undefined && Math.abs(at - before.at) < restMs
    if (!anew && rested && before.mark === mark) return false
    const reading = await read(stack).then(
      (kept) => known(kept, at),
      (error) => unknown(failureOf(error), at, before && lastSeen(before.reading)),
    )
    looks.set(keyOf(stack), { reading, mark, at })
    return true
  }

  return {
    seen: (stack) =>
      looks.get(keyOf(stack))?.reading ??
      unknown({ code: 'pending', message: 'The snapshots have not been looked at yet.' }, now()),
    async look(stack, { anew } = { anew: false }) {
      const key = keyOf(stack)
      // Two who ask at once get one look; who has just written waits for one of their own.
      if (anew) await looking.get(key)
      const running = looking.get(key) ?? lookNow(stack, anew)
      looking.set(key, running)
      try {
        return await running
      } finally {
        if (looking.get(key) === running) looking.delete(key)
      }
    },
  }
}

class Gone extends Error {
  readonly code = 'ENOENT'
  constructor(directory: string) {
    super(`the repository ${directory} is gone, expected where it was: is its disk mounted?`)
  }
}

class Replaced extends Error {
  readonly code = 'ENOENT'
  constructor(directory: string) {
    super(
      `the repository ${directory} is another one than before: mount its disk, or take a backup by hand to go on with this one`,
    )
  }
}

/** Where a backup is asked for all the same: an empty mount point must not fill in silence. */
export const goneSentence = (directory: string): string =>
  `The repository ${directory} is gone, expected where it was: mount its disk. A new one is begun there only by odin-sentinel backup --begin-anew.`

/** Takes no backup where `isGone`, whoever orders it; carries out everything else as before. */
export const refusingWhereGone =
  (carryOut: RunOrder, where: Parameters<typeof isGone>[1]): RunOrder =>
  async (order, onProgress, signal) => {
    const end = (sentence: string): BackupOutcome => ({
      ...{ outcome: 'failed', sentence, problems: [], milliseconds: 0 },
    })
    try {
      const { kind, stack } = order
      if (kind === 'backup' && (await isGone(stack, where))) {
        return end(goneSentence(where.directoryOf(stack)))
      }
    } catch (error) {
      return end(sentenceOf(error))
    }
    return carryOut(order, onProgress, signal)
  }

/** A repository was seen there once, and is not there now. Rejects where that cannot be told. */
export async function isGone(
  stack: Stack,
  { directoryOf, open, ledgers }: Pick<WhatIsKeptParts, 'directoryOf' | 'open' | 'ledgers'>,
): Promise<boolean> {
  const { repository: before } = await ledgers.read(stack.name)
  if (before?.directory !== directoryOf(stack)) return false
  return (await open(stack)) === undefined
}

/** Whatever adds, removes or marks a snapshot renames something in these directories. */
async function markOf(directory: string): Promise<string> {
  const times = await Promise.all(
    ['snapshots', 'marks'].map((name) =>
      stat(join(directory, name)).then(
        ({ mtimeMs, ino }) => `${ino}@${mtimeMs}`,
        (error: NodeJS.ErrnoException) => error.code ?? 'gone',
      ),
    ),
  )
  return times.join()
}
