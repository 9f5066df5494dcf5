import { ReadableStream } from 'node:stream/web'
import type { Decrypter, Encrypter } from 'age-encryption'
import { ArchiveDamaged } from './archive-problem.ts'

/** Loaded on demand: a guard whose repositories are not encrypted does without its 8 MB. */
export const age = () => import('age-encryption')

/** The first bytes of everything that age has encrypted. */
export const ageMagic = Buffer.from('age-encryption.org/v1\n')

export async function* encrypted(
  plain: AsyncIterable<Uint8Array>,
  recipients: readonly string[],
): AsyncGenerator<Uint8Array> {
  const { Encrypter } = await age()
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  yield* await encrypter.encrypt(webStream(plain))
}

/** Breaks with `ArchiveDamaged` when it was altered, cut off, or is for somebody else. */
export async function* decrypted(
  sealed: AsyncIterable<Uint8Array>,
  identity: string,
): AsyncGenerator<Uint8Array> {
  const decrypter = await decrypterFor(identity)
  let sourceFailure: unknown
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      yield* sealed
    } catch (error) {
      sourceFailure = error
      throw error
    }
  }
  try {
    yield* await decrypter.decrypt(webStream(watched()))
  } catch (error) {
    throw sourceFailure ?? notDecrypted(error)
  }
}

/** Rejects with a sentence where the library's own message may quote the secret. */
export async function decrypterFor(identity: string): Promise<Decrypter> {
  const { Decrypter } = await age()
  const decrypter = new Decrypter()
  try {
    decrypter.addIdentity(identity)
  } catch {
    throw new Error(noIdentity)
  }
  return decrypter
}

export const noIdentity = 'The key is no age identity, expected AGE-SECRET-KEY-1 and so on.'

export const notDecrypted = (error: unknown): ArchiveDamaged =>
  new ArchiveDamaged(
    /no identity matched/i.test(String(error))
      ? 'It is encrypted for another key than the one of this repository.'
      : 'It cannot be decrypted: it is damaged or cut off.',
    error,
  )

/** The library's word for a stream, which is another type where there is a DOM. */
type WebStream = Parameters<Encrypter['encrypt']>[0]

const webStream = (bytes: AsyncIterable<Uint8Array>): WebStream =>
  ReadableStream.from(bytes) as WebStream
