import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openPackWriter } from '../../../adapters/archive/pack-writer.ts'
import { newIdentity } from '../../../adapters/archive/sealed-text.ts'
import { checkNewPack } from './check-pack.ts'
import type { NewPack } from './pack-batch.ts'

let root: string
const signal = new AbortController().signal

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'check-pack-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function aPack(
  path: string,
  contents: Readonly<Record<string, Uint8Array>>,
  recipients: readonly string[] = [],
): Promise<NewPack> {
  const writer = await openPackWriter(path, { recipients })
  for (const [name, content] of Object.entries(contents)) {
    const sizeBytes = content.length
    const common = { mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 1, sizeBytes }
    await writer.add({ ...common, name, type: 'file' }, content)
  }
  const members = new Map(Object.entries(contents).map(([name, { length }]) => [name, length]))
  return { ...(await writer.finish()), isNew: true, members }
}

test('a pack that holds what was to be written is right, encrypted or not', async () => {
  const contents = { large: randomBytes(2_000_000), empty: Buffer.of() }
  const path = join(root, 'one')
  const plain = await aPack(path, contents)
  await checkNewPack(path, plain, { encrypted: false, signal })
  const { identity, recipient } = await newIdentity()
  const sealedPath = join(root, 'sealed')
  const sealed = await aPack(sealedPath, contents, [recipient])
  await checkNewPack(sealedPath, sealed, { encrypted: true, identity, signal })
  await checkNewPack(sealedPath, sealed, { encrypted: true, signal })
})

test('a sound pack that holds something else is not as written', async () => {
  const was = randomBytes(2_000_000)
  const altered = Buffer.from(was)
  altered[1_234_567] = (altered[1_234_567] ?? 0) ^ 1
  const written = await aPack(join(root, 'written'), { data: was, more: Buffer.of(1) })
  const check = async (name: string, contents: Parameters<typeof aPack>[1]) => {
    const path = join(root, name)
    await aPack(path, contents)
    return checkNewPack(path, written, { encrypted: false, signal })
  }
  await expect(check('altered', { data: altered, more: Buffer.of(1) })).rejects.toThrow(
    'its content differs',
  )
  await expect(check('shorter', { data: was })).rejects.toThrow('more is missing')
  await expect(check('longer', { data: was, more: Buffer.of(1, 2) })).rejects.toThrow(
    'more is missing',
  )
  await expect(
    check('further', { data: was, more: Buffer.of(1), other: Buffer.of(2) }),
  ).rejects.toThrow('its content differs')
})
