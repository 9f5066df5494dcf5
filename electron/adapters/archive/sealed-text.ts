import { age, decrypterFor, noIdentity, notDecrypted } from './age-stream.ts'
import { ArchiveDamaged } from './archive-problem.ts'

/** Encrypts to age recipients ("age1…"), as `age -r` does. */
export async function sealText(
  text: string | Uint8Array,
  recipients: readonly string[],
): Promise<Uint8Array> {
  const { Encrypter } = await age()
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  return encrypter.encrypt(text)
}

/** Rejects with `ArchiveDamaged` when it was altered, cut off, or is for somebody else. */
export async function openSealed(bytes: Uint8Array, identity: string): Promise<Uint8Array> {
  const decrypter = await decrypterFor(identity)
  return decrypter.decrypt(bytes).catch((error) => {
    throw notDecrypted(error)
  })
}

/** A new key pair: the identity ("AGE-SECRET-KEY-1…") is the secret half. */
export async function newIdentity(): Promise<{ identity: string; recipient: string }> {
  const { generateX25519Identity, identityToRecipient } = await age()
  const identity = await generateX25519Identity()
  return { identity, recipient: await identityToRecipient(identity) }
}

/** Throws a sentence when it is no identity. */
export async function recipientOf(identity: string): Promise<string> {
  try {
    const { identityToRecipient } = await age()
    return await identityToRecipient(identity)
  } catch {
    // The library's own message may quote the secret.
    throw new Error(noIdentity)
  }
}

/** 128 MiB for each guess, OWASP's least for scrypt; age itself takes twice that. */
const scryptLogN = 17

/**
 * An identity file locked with a passphrase, as `age -p` makes it: `age -d -i` asks for it.
 * The key derivation holds the thread for about a second: not for the main process.
 */
export async function wrapIdentity(identity: string, passphrase: string): Promise<Uint8Array> {
  const recipient = await recipientOf(identity)
  const { Encrypter } = await age()
  const encrypter = new Encrypter()
  encrypter.setScryptWorkFactor(scryptLogN)
  encrypter.setPassphrase(passphrase)
  return encrypter.encrypt(`# public key: ${recipient}\n${identity}\n`)
}

/** Rejects with `WrongPassphrase`, or with `ArchiveDamaged`. Costs as much as `wrapIdentity`. */
export async function unwrapIdentity(bytes: Uint8Array, passphrase: string): Promise<string> {
  const { Decrypter } = await age()
  const decrypter = new Decrypter()
  decrypter.addPassphrase(passphrase)
  const text = await decrypter.decrypt(bytes, 'text').catch((error) => {
    throw /no identity matched/i.test(String(error)) ? new WrongPassphrase() : notDecrypted(error)
  })
  const identity = text.split('\n').find((line) => line.startsWith('AGE-SECRET-KEY-'))
  if (identity === undefined) throw new ArchiveDamaged('The locked file holds no key.')
  return identity.trim()
}

export class WrongPassphrase extends Error {
  constructor() {
    super('The passphrase does not open the key.')
    this.name = 'WrongPassphrase'
  }
}
