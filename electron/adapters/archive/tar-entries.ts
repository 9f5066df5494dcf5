import type { Readable } from 'node:stream'
import type { PackMember } from './pack-member.ts'

/** More than this is refused. */
export type TarLimits = {
  entries?: number
  /** Of all files together. */
  totalBytes?: number
  /** Of one file. */
  memberBytes?: number
  nameBytes?: number
  /** Unpacked bytes for each byte of the pack; for packs alone. */
  ratio?: number
}

export type TarEntry = {
  /** A hard link is a file without content, and `hardLinkTo` an earlier file of the archive. */
  member: PackMember & { hardLinkTo?: string }
  content: Readable
}

/** What an archive holds that no backup keeps. */
export type SkippedEntry = {
  name: string
  kind: 'fifo' | 'character-device' | 'block-device' | 'unreadable-name'
}

/**
 * Reads a tar stream (ustar, pax, GNU) as if whoever wrote it were an enemy. Entries come one by
 * one; what is left of `content` when the next is asked for is passed over. Throws
 * `ArchiveRefused` or `ArchiveDamaged`, also when the stream ends before the archive does.
 * Devices, fifos and names that are no UTF-8 go to `onSkipped`; without it they are refused.
 */
export async function* tarEntries(
  stream: Readable,
  options: {
    limits?: TarLimits
    signal?: AbortSignal
    onSkipped?: (entry: SkippedEntry) => void
  } = {},
): AsyncGenerator<TarEntry, void, undefined> {
  if (options.limits) yield* []
  throw new Error(`${stream} is not read yet.`)
}
