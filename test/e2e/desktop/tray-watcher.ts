import dbus, { type DefinedInterface, type MessageBus } from 'dbus-native'
import { eventually } from '../eventually.ts'

type TrayMenuItem = {
  id: number
  label: string
  enabled: boolean
  separator: boolean
  ticked: boolean
  children: TrayMenuItem[]
}

type TrayIcon = { width: number; height: number; argb: Buffer }

type Item = { owner: string; path: string }
type MenuNode = [id: number, properties: Record<string, unknown>, children: MenuNode[]]

const name = 'org.kde.StatusNotifierWatcher'
const path = '/StatusNotifierWatcher'
const itemInterface = 'org.kde.StatusNotifierItem'
const menuInterface = 'com.canonical.dbusmenu'

/**
 * A tray of the test's own: a StatusNotifierWatcher and host in one that keeps what is
 * registered, reads it through the owner's unique name as GNOME does, and presses it.
 */
export class TrayWatcher {
  readonly #bus: MessageBus
  readonly #items = new Map<string, Item>()
  #watcher: DefinedInterface | undefined

  private constructor(bus: MessageBus) {
    this.#bus = bus
  }

  static async start(busAddress: string): Promise<TrayWatcher> {
    const bus = dbus.createClient({ busAddress })
    const tray = new TrayWatcher(bus)
    tray.#watcher = dbus.defineInterface({
      name,
      methods: {
        RegisterStatusNotifierItem: {
          in: { service: 's' },
          handler: ({ service }, { sender }) => tray.#register(service, sender ?? ''),
        },
        RegisterStatusNotifierHost: { in: { service: 's' }, handler: () => {} },
      },
      properties: {
        RegisteredStatusNotifierItems: {
          type: 'as',
          access: 'read',
          get: () => [...tray.#items.values()].map(({ owner, path: at }) => `${owner}${at}`),
        },
        IsStatusNotifierHostRegistered: { type: 'b', access: 'read', get: () => true },
        ProtocolVersion: { type: 'i', access: 'read', get: () => 0 },
      },
      signals: {
        StatusNotifierItemRegistered: { args: { service: 's' } },
        StatusNotifierItemUnregistered: { args: { service: 's' } },
        StatusNotifierHostRegistered: { args: {} },
      },
    })
    await bus.export(path, tray.#watcher)
    bus.connection.on('message', ({ member, body }) => {
      if (member !== 'NameOwnerChanged' || body?.[2] !== '') return
      for (const [key, item] of tray.#items) if (item.owner === body[0]) tray.#items.delete(key)
    })
    await bus.addMatch("type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'")
    const owned = await bus.ownName(name)
    if (!owned.isPrimaryOwner) throw new Error(`${name} has an owner already`)
    tray.#watcher.emit['StatusNotifierHostRegistered']?.()
    return tray
  }

  async stop(): Promise<void> {
    await this.#bus.close()
  }

  /** An item says ":1.5", "/its/path", "its.name" or "its.name/its/path". */
  async #register(service: string, sender: string): Promise<void> {
    const slash = service.indexOf('/')
    const said = slash === -1 ? service : service.slice(0, slash)
    const at = slash === -1 ? '/StatusNotifierItem' : service.slice(slash)
    const owner =
      said === '' ? sender : said.startsWith(':') ? said : await this.#bus.getNameOwner(said)
    this.#items.set(owner + at, { owner, path: at })
    this.#watcher?.emit['StatusNotifierItemRegistered']?.(service)
  }

  get count(): number {
    return this.#items.size
  }

  item(): Promise<Item> {
    return eventually('a tray icon is registered', () => [...this.#items.values()].at(-1))
  }

  async property<T>(of: string, withinMs?: number): Promise<T> {
    const { owner, path: at } = await this.item()
    return eventually(
      `the tray icon tells its ${of}`,
      () =>
        this.#ask<T>(owner, at, 'org.freedesktop.DBus.Properties', 'Get', 'ss', [
          itemInterface,
          of,
        ]),
      withinMs,
    )
  }

  async tooltip(): Promise<string> {
    const [, , title] = await this.property<[string, unknown, string, string]>('ToolTip')
    return title
  }

  async icon(): Promise<TrayIcon> {
    const pixmaps = await this.property<[number, number, Buffer][]>('IconPixmap')
    const [width, height, argb] = pixmaps[0] ?? [0, 0, Buffer.alloc(0)]
    return { width, height, argb }
  }

  async menu(): Promise<TrayMenuItem[]> {
    const { owner, menu } = await this.#menu()
    const [, root] = await this.#ask<[number, MenuNode]>(
      owner,
      menu,
      menuInterface,
      'GetLayout',
      'iias',
      [0, -1, []],
    )
    return root[2].map(menuItem)
  }

  /** Presses the item of that label, also inside a submenu. */
  async press(label: string | RegExp): Promise<void> {
    const found = await eventually(`the menu offers ${label}`, async () =>
      flat(await this.menu()).find((item) =>
        typeof label === 'string' ? item.label === label : label.test(item.label),
      ),
    )
    const { owner, menu } = await this.#menu()
    await this.#ask(owner, menu, menuInterface, 'Event', 'isvu', [
      found.id,
      'clicked',
      ['s', ''],
      0,
    ])
  }

  /** A left click on the icon. */
  async activate(): Promise<void> {
    const { owner, path: at } = await this.item()
    await this.#ask(owner, at, itemInterface, 'Activate', 'ii', [0, 0])
  }

  async #menu(): Promise<{ owner: string; menu: string }> {
    const { owner } = await this.item()
    return { owner, menu: await this.property<string>('Menu') }
  }

  async #ask<T>(
    destination: string,
    at: string,
    from: string,
    member: string,
    signature: string,
    body: unknown[],
  ): Promise<T> {
    return this.#bus.invoke<T>(
      { destination, path: at, interface: from, member, signature, body },
      { timeout: 5_000 },
    )
  }
}

function menuItem([id, properties, children]: MenuNode): TrayMenuItem {
  return {
    id,
    // dbusmenu marks the access key by an underscore and doubles a real one.
    label: String(properties['label'] ?? '').replace(/__/g, '_'),
    enabled: properties['enabled'] !== false,
    separator: properties['type'] === 'separator',
    ticked: properties['toggle-state'] === 1,
    children: children.map(menuItem),
  }
}

const flat = (items: readonly TrayMenuItem[]): TrayMenuItem[] =>
  items.flatMap((item) => [item, ...flat(item.children)])
