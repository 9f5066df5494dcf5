import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { ContentChanged } from './archive-problem.ts'
import { blockBytes, encodeHeader, padding, type TarMember } from './tar-header.ts'

export type TarItem = {
  member: TarMember
  content?: Readable | Uint8Array
}

/** What ends every archive. */
export const endOfArchive = Buffer.alloc(2 * blockBytes)

/**
 * A plain tar stream (pax where needed, numeric owners). Breaks with `ContentChanged` when a
 * content is not as long as its member says.
 */
export function writeTar(items: Iterable<TarItem> | AsyncIterable<TarItem>): Readable {
  return Readable.from(tarBytes(items), { objectMode: false, highWaterMark: 256 * 1024 })
}

async function* tarBytes(
  items: Iterable<TarItem> | AsyncIterable<TarItem>,
): AsyncGenerator<Uint8Array> {
  for await (const { member, content } of items) {
    yield encodeHeader(member)
    if (member.type === 'file' && member.hardLinkTo === undefined) {
      const hash = createHash('sha256')
      let readBytes = 0
      for await (const chunk of chunksOf(content)) {
        readBytes += chunk.length
        if (readBytes > member.sizeBytes) break
        hash.update(chunk)
        yield chunk
      }
      if (readBytes !== member.sizeBytes) {
        throw new ContentChanged(member, { sha256: hash.digest('hex'), readBytes })
      }
      yield endOfArchive.subarray(0, padding(member.sizeBytes))
    }
  }
  yield endOfArchive
}

export async function* chunksOf(
  content: Readable | Uint8Array | undefined,
): AsyncGenerator<Uint8Array> {
  if (content instanceof Uint8Array) yield content
  else if (content) {
    for await (const chunk of content) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
  }
}
