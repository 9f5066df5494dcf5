import { stat } from 'node:fs/promises'
import { packSha256 } from '../../../adapters/archive/read-pack.ts'
import { isLoss } from '../is-loss.ts'
import type { Layout } from '../layout.ts'
import type { PackNotes } from '../pack-notes.ts'

/** The packs that a snapshot is made of, those of earlier ones too: which of them can be relied on. */
export interface SharedPacks {
  /**
   * Those of them that content may be shared with: they are as long as they were, and were read
   * whole before; what nobody remembers is read now.
   */
  soundOf(packs: Iterable<string>, signal: AbortSignal): Promise<ReadonlySet<string>>
  /** One that was written now, and is read back before the snapshot counts. */
  wrote(pack: { sha256: string; sizeBytes: number }): void
  /** When the one that was read longest ago was read. Rejects where one is not there as it was. */
  oldestRead(needed: Iterable<string>): Promise<string>
  /** What was missing or altered when it was looked at, and has not been written anew. */
  lost(): ReadonlySet<string>
  /** What is known of these now. */
  notes(packs: Iterable<string>): PackNotes
}

/** So long a pack is trusted before its turn comes again. */
const rereadAfterMilliseconds = 7 * 86_400_000
/** With each snapshot so much of what was read longest ago is read again: the last pack may go beyond it. */
const rereadBytes = 64 * 1024 * 1024

export function sharedPacks(from: {
  layout: Layout
  encrypted: boolean
  notes: PackNotes
  /** Of the newest snapshots: they take turns in being read again. */
  inUse: Iterable<string>
  /** They are no more than names. */
  damaged: ReadonlySet<string>
  now: () => number
}): SharedPacks {
  const { layout, encrypted, damaged, now } = from
  const known = new Map(Object.entries(from.notes))
  const judged = new Map<string, boolean>()
  const lost = new Set<string>()
  let rereading: Promise<void> | undefined

  const sizeOf = (pack: string): Promise<number | undefined> =>
    stat(layout.pack(pack, encrypted)).then(
      ({ size }) => size,
      () => undefined,
    )

  async function readWhole(pack: string, signal: AbortSignal): Promise<boolean> {
    try {
      const found = await packSha256(layout.pack(pack, encrypted), { signal })
      if (found.sha256 === pack) {
        wrote(found)
        return true
      }
      lost.add(pack)
    } catch (error) {
      signal.throwIfAborted()
      if (isLoss(error)) lost.add(pack)
    }
    known.delete(pack)
    return false
  }

  function wrote({ sha256, sizeBytes }: { sha256: string; sizeBytes: number }): void {
    known.set(sha256, { sizeBytes, readAt: new Date(now()).toISOString() })
    lost.delete(sha256)
  }

  async function isSound(pack: string, signal: AbortSignal): Promise<boolean> {
    if (damaged.has(pack)) return false
    const note = known.get(pack)
    return note && note.sizeBytes === (await sizeOf(pack)) ? true : readWhole(pack, signal)
  }

  async function readSomeAgain(signal: AbortSignal): Promise<void> {
    const before = new Date(now() - rereadAfterMilliseconds).toISOString()
    const readAt = (pack: string) => known.get(pack)?.readAt ?? before
    const due = [...new Set(from.inUse)].filter((pack) => readAt(pack) < before)
    let left = rereadBytes
    for (const pack of due.sort((a, b) => (readAt(a) < readAt(b) ? -1 : 1))) {
      if (left <= 0) return
      left -= known.get(pack)?.sizeBytes ?? 0
      if (!damaged.has(pack)) judged.set(pack, await readWhole(pack, signal))
    }
  }

  return {
    wrote,
    lost: () => lost,
    async soundOf(packs, signal) {
      rereading ??= readSomeAgain(signal)
      await rereading.catch((error: unknown) => {
        rereading = undefined
        throw error
      })
      const sound = new Set<string>()
      for (const pack of packs) {
        const isIt = judged.get(pack) ?? (await isSound(pack, signal))
        judged.set(pack, isIt)
        if (isIt) sound.add(pack)
      }
      return sound
    },
    async oldestRead(needed) {
      let oldest = new Date(now()).toISOString()
      for (const pack of needed) {
        const note = known.get(pack)
        if (!note || note.sizeBytes !== (await sizeOf(pack))) {
          throw new Error(`The pack ${pack} has gone or changed while the snapshot was written.`)
        }
        if (note.readAt < oldest) oldest = note.readAt
      }
      return oldest
    },
    notes(packs) {
      return Object.fromEntries(
        Array.from(packs, (pack) => [pack, known.get(pack)] as const).flatMap(([pack, note]) =>
          note ? [[pack, note]] : [],
        ),
      )
    },
  }
}
