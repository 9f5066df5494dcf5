import dbus, { type DefinedInterface, type MessageBus } from 'dbus-native'

const name = 'org.freedesktop.login1'

/** A logind of the test's own, as far as sleep goes; it grants nobody a delay. */
export class LoginManager {
  /** Who asked for a delay of the sleep; by then Electron listens for it. */
  asked = 0
  readonly #bus: MessageBus
  #manager: DefinedInterface | undefined

  private constructor(bus: MessageBus) {
    this.#bus = bus
  }

  static async start(busAddress: string): Promise<LoginManager> {
    const bus = dbus.createClient({ busAddress })
    const logind = new LoginManager(bus)
    logind.#manager = dbus.defineInterface({
      name: `${name}.Manager`,
      methods: {
        Inhibit: {
          in: { what: 's', who: 's', why: 's', mode: 's' },
          handler: () => {
            logind.asked++
            throw new Error('no delays here')
          },
        },
      },
      signals: { PrepareForSleep: { args: { start: 'b' } } },
    })
    await bus.export('/org/freedesktop/login1', logind.#manager)
    await bus.ownName(name)
    return logind
  }

  /** The machine goes to sleep and wakes up. */
  sleep(): void {
    this.#manager?.emit['PrepareForSleep']?.(true)
    this.#manager?.emit['PrepareForSleep']?.(false)
  }

  async stop(): Promise<void> {
    await this.#bus.close()
  }
}
