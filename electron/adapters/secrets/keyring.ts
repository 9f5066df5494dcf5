import type { MessageBus } from '../session-bus/session-bus.ts'
import { callMethod } from '../session-bus/session-bus.ts'

/** The user's keyring. Every call rejects with a sentence for a person when it cannot. */
export interface Keyring {
  find(name: string): Promise<string | undefined>
  /** In place of the one with this name. A person may be asked to unlock the keyring. */
  keep(name: string, secret: string): Promise<void>
  /** Whether there was one. */
  remove(name: string): Promise<boolean>
}

const service = 'org.freedesktop.secrets'
const root = '/org/freedesktop/secrets'
const noObject = '/'
/** A person reads, thinks and types. */
const promptWithinMs = 120_000

type Struct = [session: string, parameters: Buffer, value: Buffer, contentType: string]

/**
 * The Secret Service API 0.2 of freedesktop.org, as GNOME Keyring, KWallet and KeePassXC have it.
 * Its plain session is enough: the session bus is a socket of this user's alone, and who may
 * listen there may ask for the secret as well.
 */
export function keyring(bus: MessageBus): Keyring {
  const at = (path: string, iface: string) => ({
    destination: service,
    path,
    interface: `org.freedesktop.Secret.${iface}`,
  })
  const attributes = (name: string): [string, string][] => [
    ['application', 'odin-sentinel'],
    ['secret', name],
  ]
  let session: Promise<string> | undefined

  /** A session ends with our connection, and one that failed is tried anew. */
  function opened(): Promise<string> {
    session ??= callMethod<[unknown, string]>(bus, at(root, 'Service'), 'OpenSession', 'sv', [
      'plain',
      ['s', ''],
    ]).then(([, path]) => path)
    session.catch(() => {
      session = undefined
    })
    return session
  }

  async function asked<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      session = undefined
      throw new Error(sentenceOf(error as DBusFailure), { cause: error })
    }
  }

  async function items(name: string): Promise<{ open: string[]; locked: string[] }> {
    const [open, locked] = await callMethod<[string[], string[]]>(
      bus,
      at(root, 'Service'),
      'SearchItems',
      'a{ss}',
      [attributes(name)],
    )
    return { open, locked }
  }

  /** Shows the keyring's own dialog and waits for its end; true when it was dismissed. */
  async function prompt(path: string): Promise<boolean> {
    const prompts = at(path, 'Prompt')
    const rule = `type='signal',sender='${service}',interface='${prompts.interface}',path='${path}'`
    await bus.addMatch(rule)
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const heard = ({ member, path: from, body }: Heard) => {
      if (member === 'Completed' && from === path) resolve(body?.[0] === true)
    }
    const limit = setTimeout(() => resolve(true), promptWithinMs)
    bus.connection.on('message', heard)
    try {
      await callMethod(bus, prompts, 'Prompt', 's', [''])
      return await promise
    } finally {
      clearTimeout(limit)
      bus.connection.removeListener('message', heard)
      await Promise.resolve(bus.removeMatch(rule)).catch(() => {})
    }
  }

  async function unlocked(paths: readonly string[], mayAsk: boolean): Promise<void> {
    if (paths.length === 0) return
    const [, path] = await callMethod<[string[], string]>(
      bus,
      at(root, 'Service'),
      'Unlock',
      'ao',
      [paths],
    )
    if (path === noObject) return
    if (!mayAsk || (await prompt(path))) throw new Error('the keyring is locked')
  }

  /** Where new secrets go. */
  async function collection(): Promise<string> {
    const path = await callMethod<string>(bus, at(root, 'Service'), 'ReadAlias', 's', ['default'])
    if (path === noObject) throw new Error('the keyring has no default collection')
    return path
  }

  async function secretIn(path: string): Promise<string> {
    const item = at(path, 'Item')
    const [, , value] = await callMethod<Struct>(bus, item, 'GetSecret', 'o', [await opened()])
    return Buffer.from(value).toString('utf8')
  }

  return {
    find: (name) =>
      asked(async () => {
        const { open, locked } = await items(name)
        const [first] = open
        if (first !== undefined) return secretIn(first)
        const [shut] = locked
        if (shut === undefined) return undefined
        // Nobody is asked for a password because a guard in the background looks something up.
        await unlocked([shut], false)
        return secretIn(shut)
      }),
    keep: (name, secret) =>
      asked(async () => {
        const where = await collection()
        await unlocked([where], true)
        const properties = [
          ['org.freedesktop.Secret.Item.Label', ['s', `Odin Sentinel: ${name}`]],
          ['org.freedesktop.Secret.Item.Attributes', ['a{ss}', attributes(name)]],
        ]
        const value = [await opened(), Buffer.alloc(0), Buffer.from(secret), 'text/plain']
        const [, path] = await callMethod<[string, string]>(
          bus,
          at(where, 'Collection'),
          'CreateItem',
          'a{sv}(oayays)b',
          [properties, value, true],
        )
        if (path !== noObject && (await prompt(path))) throw new Error('the keyring is locked')
      }),
    remove: (name) =>
      asked(async () => {
        const { open, locked } = await items(name)
        await unlocked(locked, true)
        for (const path of [...open, ...locked]) {
          const ask = await callMethod<string>(bus, at(path, 'Item'), 'Delete')
          if (ask !== noObject && (await prompt(ask))) throw new Error('the keyring is locked')
        }
        return open.length + locked.length > 0
      }),
  }
}

type Heard = { member?: string; path?: string; body?: unknown[] }
type DBusFailure = Error & { code?: string; dbusName?: string }

function sentenceOf({ code, dbusName, message }: DBusFailure): string {
  if (code === 'ETIMEDOUT') return 'the keyring does not answer'
  if (code === 'ECONNCLOSED') return 'the session bus is gone'
  if (dbusName?.endsWith('.ServiceUnknown') || dbusName?.includes('.Spawn.'))
    return 'this session has no keyring'
  return message.replace(/\.$/, '')
}
