import { createHash } from 'node:crypto'
import { spent } from '../adapters/archive/spent.ts'

/** SHA-256 of all that a stream gives, which is read to its end by nobody else. */
export async function hashContent(content: AsyncIterable<unknown>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of content as AsyncIterable<Uint8Array>) {
    hash.update(chunk)
    spent(chunk)
  }
  return hash.digest('hex')
}

/** For whoever wants nothing of it, but to hear whether it is whole. */
export async function readToEnd(content: AsyncIterable<unknown>): Promise<void> {
  for await (const chunk of content as AsyncIterable<Uint8Array>) spent(chunk)
}
