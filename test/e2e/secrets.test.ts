import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MessageBus } from 'dbus-native'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { secretStore } from '../../electron/adapters/secrets/secret-store.ts'
import { connectSessionBus } from '../../electron/adapters/session-bus/session-bus.ts'
import { type PrivateBus, startPrivateBus } from '../support/private-bus.ts'
import { type SecretServiceStandIn, startSecretService } from '../support/secret-service.ts'

let daemon: PrivateBus
let bus: MessageBus | undefined
let keyring: SecretServiceStandIn | undefined
let directory: string

beforeAll(async () => {
  daemon = await startPrivateBus()
})
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'secrets-'))
  bus = connectSessionBus({ DBUS_SESSION_BUS_ADDRESS: daemon.address })
})
afterEach(async () => {
  bus?.connection.end()
  await keyring?.stop()
  keyring = undefined
  await rm(directory, { recursive: true, force: true })
})
afterAll(() => daemon.stop())

const aKeyring = async () => {
  keyring = await startSecretService(daemon.address)
  return keyring
}
const file = () => join(directory, 'secrets.json')
const text = () => readFile(file(), 'utf8').catch(() => '')

test('a token is kept in the keyring, found by its name, and removed', async () => {
  const { kept } = await aKeyring()
  const store = secretStore(bus, directory)
  expect(await store.read('grafana/odin')).toBeUndefined()
  expect(await store.keep('grafana/odin', 'glsa_tökén')).toBe(
    'Kept in the keyring of this session.',
  )
  expect([...kept]).toEqual([
    [
      '[["application","odin-sentinel"],["secret","grafana/odin"]]',
      { label: 'Odin Sentinel: grafana/odin', secret: 'glsa_tökén' },
    ],
  ])
  expect(await store.read('grafana/odin')).toBe('glsa_tökén')
  expect(await store.read('grafana/other')).toBeUndefined()
  expect(await text()).toBe('')
  expect(await store.remove('grafana/odin')).toBe(true)
  expect(await store.remove('grafana/odin')).toBe(false)
  expect(await store.read('grafana/odin')).toBeUndefined()
})

test('a locked keyring asks when a token is kept, and nobody when one is read', async () => {
  const ring = await aKeyring()
  const store = secretStore(bus, directory)
  await store.keep('grafana/odin', 'one')
  ring.prompts = 'unlock'
  expect(await store.read('grafana/odin')).toBeUndefined()
  expect(ring.asked).toBe(0)
  expect(await store.keep('grafana/odin', 'two')).toContain('in the keyring')
  expect(ring.asked).toBe(1)
  expect(await store.read('grafana/odin')).toBe('two')
})

test('who does not unlock it gets a file of their own, and is told why', async () => {
  const ring = await aKeyring()
  ring.prompts = 'dismiss'
  const store = secretStore(bus, directory)
  expect(await store.keep('grafana/odin', 'one')).toBe(
    `Kept in ${file()}, for its owner alone: the keyring is locked.`,
  )
  expect((await stat(file())).mode & 0o777).toBe(0o600)
  expect(await store.read('grafana/odin')).toBe('one')
})

test('without a keyring, or without a bus, there is the file; a keyring that comes takes over', async () => {
  const without = secretStore(undefined, directory)
  expect(await without.keep('grafana/odin', 'one')).toContain('no D-Bus session bus')
  const store = secretStore(bus, directory)
  expect(await store.keep('grafana/odin', 'two')).toContain('this session has no keyring')
  expect(await store.read('grafana/odin')).toBe('two')
  await aKeyring()
  expect(await store.keep('grafana/odin', 'three')).toContain('in the keyring')
  expect(await text()).not.toContain('two')
  expect(await store.read('grafana/odin')).toBe('three')
})

test('a file that others may read is shut again, and a damaged one says nothing of its content', async () => {
  const store = secretStore(undefined, directory)
  await store.keep('grafana/odin', 's3cret')
  await chmod(file(), 0o644)
  expect(await store.read('grafana/odin')).toBe('s3cret')
  expect((await stat(file())).mode & 0o777).toBe(0o600)
  await writeFile(file(), 's3cret {')
  const failure = await store.read('grafana/odin').catch((error: Error) => error)
  expect(String(failure)).toContain('is not as Odin Sentinel wrote it')
  expect(String(failure)).not.toContain('s3cret')
})
