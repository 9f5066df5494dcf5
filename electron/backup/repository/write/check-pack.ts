import { quickSum } from '../../../adapters/archive/quick-sum.ts'
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
 * Reads a new pack back from the disk, and compares all that it unpacks to with what was read from
 * the source. Of an encrypted one, without the identity, the bytes of the file itself.
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
  const sum = quickSum()
  const options = { signal, onUnpacked: sum.add, ...(identity !== undefined && { identity }) }
  await readPack(path, options, async ({ name, sizeBytes }, content) => {
    for await (const chunk of content as AsyncIterable<Uint8Array>) spent(chunk)
    if (missing.get(name) === sizeBytes) missing.delete(name)
  })
  const [first] = missing.keys()
  if (first !== undefined) throw new PackNotAsWritten(pack.sha256, `${first} is missing`)
  if (sum.end() !== pack.unpackedSum) throw new PackNotAsWritten(pack.sha256, 'its content differs')
}
