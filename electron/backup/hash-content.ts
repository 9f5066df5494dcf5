import { createHash } from 'node:crypto'

/** SHA-256 of all that a stream gives, which is read to its end. */
export async function hashContent(content: AsyncIterable<unknown>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of content) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}
