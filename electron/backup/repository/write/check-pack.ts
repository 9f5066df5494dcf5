import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { packSha256, readPack } from '../../../adapters/archive/read-pack.ts'
import { spent } from '../../../adapters/archive/spent.ts'
import type { NewPack } from './pack-batch.ts'

/** A pack that has just been written is not what was to be written. */
export class PackNotAsWritten extends Error {
  constructor(pack: string, what: string) {
    super(`The pack ${pack} is not on the disk as it was written: ${what}.`)
    this.name = 'PackNotAsWritten'
  }
}

/**
 * Reads a new pack back from the disk and compares every member with what was read from the
 * source. Of an encrypted one, without the identity, the bytes of the file itself.
 */
export async function checkNewPack(
  path: string,
  pack: NewPack,
  key: { encrypted: boolean; identity?: string | undefined; signal: AbortSignal },
): Promise<void> {
  const { encrypted, identity, signal } = key
  if (encrypted && identity === undefined) {
    const found = await packSha256(path, { signal })
    if (found.sha256 !== pack.sha256) throw new PackNotAsWritten(pack.sha256, 'its bytes differ')
    return
  }
  const missing = new Map(pack.members)
  const options = { signal, ...(identity !== undefined && { identity }) }
  await readPack(path, options, async ({ name }, content) => {
    const expected = missing.get(name)
    if (!expected) return
    const found = await contentSum(content)
    if (found.sha256 !== expected.sha256 || found.sizeBytes !== expected.sizeBytes) {
      throw new PackNotAsWritten(pack.sha256, `${name} differs`)
    }
    missing.delete(name)
  })
  const [first] = missing.keys()
  if (first !== undefined) throw new PackNotAsWritten(pack.sha256, `${first} is missing`)
}

export async function contentSum(
  content: Readable,
): Promise<{ sha256: string; sizeBytes: number }> {
  const sum = createHash('sha256')
  let sizeBytes = 0
  for await (const chunk of content as AsyncIterable<Uint8Array>) {
    sum.update(chunk)
    sizeBytes += chunk.byteLength
    spent(chunk)
  }
  return { sha256: sum.digest('hex'), sizeBytes }
}
