import { expect, test } from 'vitest'
import { ArchiveDamaged } from './archive-problem.ts'
import {
  newIdentity,
  openSealed,
  recipientOf,
  sealText,
  unwrapIdentity,
  WrongPassphrase,
  wrapIdentity,
} from './sealed-text.ts'

test('a sealed text opens with each identity it was sealed for, and with no other', async () => {
  const [one, two, other] = [await newIdentity(), await newIdentity(), await newIdentity()]
  const sealed = await sealText('GF_SECURITY_ADMIN_PASSWORD=…', [one.recipient, two.recipient])
  for (const { identity } of [one, two]) {
    const opened = await openSealed(sealed, identity)
    expect(Buffer.from(opened).toString()).toBe('GF_SECURITY_ADMIN_PASSWORD=…')
  }
  const failure = await openSealed(sealed, other.identity).catch((error) => error)
  expect(failure).toBeInstanceOf(ArchiveDamaged)
  expect(failure.message).toContain('for another key')
})

test('a text that was altered or cut off does not open', async () => {
  const { identity, recipient } = await newIdentity()
  const sealed = await sealText('text', [recipient])
  for (let at = 0; at < sealed.length; at += 7) {
    const altered = Uint8Array.from(sealed)
    altered[at] = (altered[at] ?? 0) ^ 1
    await expect(openSealed(altered, identity)).rejects.toThrow(ArchiveDamaged)
    await expect(openSealed(sealed.subarray(0, at), identity)).rejects.toThrow(ArchiveDamaged)
  }
})

test('a list of fifty megabytes is sealed and opened', async () => {
  const { identity, recipient } = await newIdentity()
  const list = Buffer.alloc(50_000_000, 'sha256\tsize\tpack\tmember\n')
  expect(list.equals(await openSealed(await sealText(list, [recipient]), identity))).toBe(true)
})

test('an identity is locked with a passphrase, and its recipient is known by it', async () => {
  const { identity, recipient } = await newIdentity()
  expect(await recipientOf(identity)).toBe(recipient)
  const locked = await wrapIdentity(identity, 'correct horse battery staple')
  expect(await unwrapIdentity(locked, 'correct horse battery staple')).toBe(identity)
  await expect(unwrapIdentity(locked, 'another one')).rejects.toThrow(WrongPassphrase)
  await expect(unwrapIdentity(locked.subarray(0, 50), 'x')).rejects.toThrow(ArchiveDamaged)
}, 90_000)

test('what is no identity is told without repeating it', async () => {
  const sentence = 'The key is no age identity, expected AGE-SECRET-KEY-1 and so on.'
  const sealed = await sealText('text', [(await newIdentity()).recipient])
  for (const call of [recipientOf, (key: string) => openSealed(sealed, key)]) {
    const failure = await call('AGE-SECRET-KEY-1SECRET').catch((error) => error)
    expect(failure.message).toBe(sentence)
    expect(failure.cause).toBeUndefined()
  }
})
