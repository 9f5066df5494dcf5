import dbus, { type DefinedInterface, type MessageBus } from 'dbus-native'
import { eventually } from '../eventually.ts'

type CaughtNotice = {
  id: number
  replaces: number
  app: string
  title: string
  body: string
  /** key → label, in order. */
  actions: [key: string, label: string][]
  hints: Record<string, unknown>
}

const name = 'org.freedesktop.Notifications'
const path = '/org/freedesktop/Notifications'

/** A notification server of the test's own, which keeps what it is told and presses buttons. */
export class NotificationServer {
  /** Everything that was ever told, in order. */
  readonly caught: CaughtNotice[] = []
  readonly closed: number[] = []
  /** Takes every call and answers none. */
  hangs = false
  asked = 0
  readonly #bus: MessageBus
  #server: DefinedInterface | undefined
  #lastId = 0

  private constructor(bus: MessageBus) {
    this.#bus = bus
  }

  static async start(
    busAddress: string,
    capabilities = ['actions', 'body', 'body-markup'],
  ): Promise<NotificationServer> {
    const bus = dbus.createClient({ busAddress })
    const server = new NotificationServer(bus)
    const unlessHung = <T>(answer: () => T) => {
      server.asked++
      return server.hangs ? new Promise<T>(() => {}) : answer()
    }
    server.#server = dbus.defineInterface({
      name,
      methods: {
        GetCapabilities: {
          out: { capabilities: 'as' },
          handler: () => unlessHung(() => capabilities),
        },
        GetServerInformation: {
          out: { name: 's', vendor: 's', version: 's', specification: 's' },
          handler: () =>
            unlessHung(() => ({
              name: 'test',
              vendor: 'test',
              version: '1',
              specification: '1.2',
            })),
        },
        Notify: {
          in: {
            app: 's',
            replaces: 'u',
            icon: 's',
            title: 's',
            body: 's',
            actions: 'as',
            hints: 'a{sv}',
            expires: 'i',
          },
          out: { id: 'u' },
          handler: (words) => unlessHung(() => server.#notify(words)),
        },
        CloseNotification: {
          in: { id: 'u' },
          handler: ({ id }) =>
            unlessHung(() => {
              server.closed.push(id)
              server.#server?.emit['NotificationClosed']?.(id, 3)
            }),
        },
      },
      signals: {
        ActionInvoked: { args: { id: 'u', action: 's' } },
        NotificationClosed: { args: { id: 'u', reason: 'u' } },
      },
    })
    await bus.export(path, server.#server)
    const owned = await bus.ownName(name)
    if (!owned.isPrimaryOwner) throw new Error(`${name} has an owner already`)
    return server
  }

  #notify(words: {
    app: string
    replaces: number
    title: string
    body: string
    actions: string[]
    hints: Record<string, unknown>
  }): number {
    const { app, replaces, title, body, actions, hints } = words
    const id = replaces || ++this.#lastId
    const pairs: [string, string][] = []
    for (let i = 0; i + 1 < actions.length; i += 2) {
      pairs.push([actions[i] ?? '', actions[i + 1] ?? ''])
    }
    this.caught.push({ id, replaces, app, title, body, actions: pairs, hints })
    return id
  }

  /** The first notice that fits, whether it has come already or comes now. */
  notice(fits: (notice: CaughtNotice) => boolean = () => true): Promise<CaughtNotice> {
    return eventually('a notice is shown', () => this.caught.find(fits))
  }

  press(id: number, action: string): void {
    this.#server?.emit['ActionInvoked']?.(id, action)
  }

  dismiss(id: number): void {
    this.#server?.emit['NotificationClosed']?.(id, 2)
  }

  async stop(): Promise<void> {
    await this.#bus.close()
  }
}
