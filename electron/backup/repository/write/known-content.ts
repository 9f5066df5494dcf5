import type { SnapshotFile } from '../../../../shared/domain/snapshot.ts'

/** A pack that a file lies in; its name is known once it is finished. */
export type PackRef = { sha256: string; isLost?: true }

export type Place = { pack: PackRef; member: string; sizeBytes: number }

/** What the repository has already, by content. A cache of the lists of files, and as old as this run. */
export interface KnownContent {
  /** Learns what the newest snapshots with this component hold. */
  learn(component: string, signal: AbortSignal): Promise<void>
  find(sha256: string): Place | undefined
  /**
   * Whether anything of that size, beginning like this, may be known: only then is hashing before
   * storing worth it. How content of earlier snapshots begins nobody knows.
   */
  mayHave(sizeBytes: number, head?: string): boolean
  add(sha256: string, place: Place, head?: string): void
}

/** More than one, as the newest may be partial. */
const learnedFrom = 2

export function knownContent(from: {
  /** Newest first, of those that new content may be shared with. */
  snapshots: readonly { id: string; components: readonly string[] }[]
  /** An empty list where it cannot be read. */
  filesOf: (id: string) => Promise<readonly SnapshotFile[]>
  /** Not those that are missing or known to be damaged: their content is stored again. */
  soundOf: (packs: Iterable<string>, signal: AbortSignal) => Promise<ReadonlySet<string>>
}): KnownContent {
  const places = new Map<string, Place>()
  const oldSizes = new Set<number>()
  const newHeads = new Map<number, Set<string>>()
  const packs = new Map<string, PackRef>()
  const learned = new Set<string>()

  function add(sha256: string, place: Place): void {
    const before = places.get(sha256)
    if (before && !before.pack.isLost) return
    places.set(sha256, place)
  }

  return {
    add(sha256, place, head = '') {
      add(sha256, place)
      const heads = newHeads.get(place.sizeBytes) ?? new Set()
      newHeads.set(place.sizeBytes, heads.add(head))
    },
    async learn(component, signal) {
      const holders = from.snapshots.filter(({ components }) => components.includes(component))
      for (const { id } of holders.slice(0, learnedFrom)) {
        if (learned.has(id)) continue
        learned.add(id)
        const files = await from.filesOf(id)
        const named = new Set(files.flatMap(({ pack }) => (pack === undefined ? [] : [pack])))
        const sound = await from.soundOf(named, signal)
        for (const { sha256, sizeBytes, pack, member } of files) {
          if (sha256 === undefined || pack === undefined || member === undefined) continue
          if (!sound.has(pack)) continue
          const ref = packs.get(pack) ?? { sha256: pack }
          packs.set(pack, ref)
          add(sha256, { pack: ref, member, sizeBytes })
          oldSizes.add(sizeBytes)
        }
      }
    },
    find(sha256) {
      const place = places.get(sha256)
      return place?.pack.isLost ? undefined : place
    },
    mayHave(sizeBytes, head) {
      if (oldSizes.has(sizeBytes)) return true
      const heads = newHeads.get(sizeBytes)
      return heads !== undefined && (head === undefined || heads.has(head) || heads.has(''))
    },
  }
}
