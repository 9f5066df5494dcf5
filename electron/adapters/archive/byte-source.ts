import type { Readable } from 'node:stream'

/** Bytes of a stream by number instead of by chunk. One call at a time. */
export interface ByteSource {
  /** Exactly that many; fewer only at the end of the stream. */
  take(bytes: number): Promise<Buffer>
  /** At least one and at most that many, without a copy; undefined at the end of the stream. */
  some(atMost: number): Promise<Buffer | undefined>
}

export function byteSource(
  stream: Readable,
  received: (chunk: Buffer) => Buffer = (chunk) => chunk,
): ByteSource {
  const chunks: AsyncIterator<Buffer> = stream.iterator({ destroyOnReturn: false })
  let held: Buffer = Buffer.alloc(0)

  async function some(atMost: number): Promise<Buffer | undefined> {
    while (held.length === 0) {
      const next = await chunks.next()
      if (next.done) return undefined
      held = received(next.value)
    }
    const taken = held.subarray(0, atMost)
    held = held.subarray(taken.length)
    return taken
  }

  return {
    some,
    async take(bytes) {
      if (held.length >= bytes) return (await some(bytes)) ?? held
      const parts: Buffer[] = []
      for (let missing = bytes; missing > 0; ) {
        const part = await some(missing)
        if (part === undefined) break
        parts.push(part)
        missing -= part.length
      }
      return Buffer.concat(parts)
    },
  }
}
