/** Encrypts to age recipients ("age1…"), as `age -r` does. */
export async function sealText(
  text: string | Uint8Array,
  recipients: readonly string[],
): Promise<Uint8Array> {
  throw new Error(`${text} ${recipients} is not sealed yet.`)
}

/** Rejects with `ArchiveDamaged` when it was altered, cut off, or is for somebody else. */
export async function openSealed(bytes: Uint8Array, identity: string): Promise<Uint8Array> {
  throw new Error(`${bytes} ${identity} is not opened yet.`)
}

/** A new key pair: the identity ("AGE-SECRET-KEY-1…") is the secret half. */
export async function newIdentity(): Promise<{ identity: string; recipient: string }> {
  throw new Error('not made yet')
}

export async function recipientOf(identity: string): Promise<string> {
  throw new Error(`${identity}`)
}

/** An identity file locked with a passphrase, as `age -p` makes it: `age -d -i` asks for it. */
export async function wrapIdentity(identity: string, passphrase: string): Promise<Uint8Array> {
  throw new Error(`${identity} ${passphrase}`)
}

/** Rejects with `WrongPassphrase`, or with `ArchiveDamaged`. */
export async function unwrapIdentity(bytes: Uint8Array, passphrase: string): Promise<string> {
  throw new Error(`${bytes} ${passphrase}`)
}

export class WrongPassphrase extends Error {
  constructor() {
    super('The passphrase does not open the key.')
    this.name = 'WrongPassphrase'
  }
}
