import { createClient, type MessageBus } from 'dbus-native'

/** A keyring of the test's own: as much of org.freedesktop.secrets as one token needs. */
export type SecretServiceStandIn = {
  /** Attributes as text → what is kept. */
  kept: Map<string, { label: string; secret: string }>
  /** `dismiss`: a prompt is shown, and nobody answers it with a password. */
  prompts: 'none' | 'unlock' | 'dismiss'
  /** How often a person was asked. */
  asked: number
  stop(): Promise<void>
}

const root = '/org/freedesktop/secrets'
const login = `${root}/collection/login`
const iface = (name: string) => `org.freedesktop.Secret.${name}`

export async function startSecretService(busAddress: string): Promise<SecretServiceStandIn> {
  const bus: MessageBus = createClient({ busAddress })
  const paths = new Map<string, string>()
  let locked = false
  const standIn: SecretServiceStandIn = {
    kept: new Map(),
    prompts: 'none',
    asked: 0,
    async stop() {
      await bus.releaseName('org.freedesktop.secrets')
      bus.connection.end()
    },
  }
  const keyOf = (attributes: unknown) =>
    JSON.stringify(Object.entries(attributes as Record<string, string>).sort())
  const isLocked = () => standIn.prompts !== 'none' && !locked
  const handle = (path: string, name: string, member: string, reply: string, answer: Answer) =>
    bus.setMethodCallHandler(path, iface(name), member, [answer, reply])

  function itemAt(path: string, key: string): void {
    paths.set(key, path)
    handle(path, 'Item', 'GetSecret', '(oayays)', (session) => {
      const secret = Buffer.from(standIn.kept.get(key)?.secret ?? '')
      return [session, Buffer.alloc(0), secret, 'text/plain']
    })
    handle(path, 'Item', 'Delete', 'o', () => {
      standIn.kept.delete(key)
      return '/'
    })
  }

  handle(root, 'Service', 'OpenSession', 'vo', () => multiple(['s', ''], `${root}/session/s1`))
  handle(root, 'Service', 'ReadAlias', 'o', () => login)
  handle(root, 'Service', 'SearchItems', 'aoao', (attributes) => {
    const key = keyOf(attributes)
    const found = standIn.kept.has(key) ? [paths.get(key) ?? ''] : []
    return isLocked() ? multiple([], found) : multiple(found, [])
  })
  handle(root, 'Service', 'Unlock', 'aoo', (wanted) =>
    isLocked() ? multiple([], `${root}/prompt/p1`) : multiple(wanted, '/'),
  )
  handle(`${root}/prompt/p1`, 'Prompt', 'Prompt', '', () => {
    standIn.asked += 1
    const dismissed = standIn.prompts === 'dismiss'
    locked = !dismissed
    setImmediate(() =>
      bus.sendSignal(`${root}/prompt/p1`, iface('Prompt'), 'Completed', 'bv', [
        dismissed,
        ['s', ''],
      ]),
    )
    return null
  })
  handle(login, 'Collection', 'CreateItem', 'oo', (properties, secret) => {
    const given = properties as Record<string, unknown>
    const key = keyOf(given[iface('Item.Attributes')])
    const [, , value] = secret as [string, Buffer, Buffer]
    standIn.kept.set(key, {
      label: String(given[iface('Item.Label')]),
      secret: Buffer.from(value).toString('utf8'),
    })
    const path = `${login}/${standIn.kept.size}`
    itemAt(path, key)
    return multiple(path, '/')
  })
  await bus.requestName('org.freedesktop.secrets', 0)
  return standIn
}

type Answer = (...args: unknown[]) => unknown

/** dbus-native takes several out arguments as one array. */
const multiple = (...values: unknown[]) => values
