import type { MessageBus } from 'dbus-native'
import { type PlainWords, type UnitState, unitOrders } from './unit-orders.ts'

/** Units of the user's own systemd. Every call rejects with a sentence for a person. */
interface UserUnits {
  state(unit: string, signal: AbortSignal): Promise<UnitState>
  start(unit: string, signal: AbortSignal): Promise<void>
}

/**
 * `connect` gives a connection of the caller's own, or undefined where the session has no
 * bus. Units are asked for rarely, so each call opens one and ends it.
 */
export function userUnits(connect: () => MessageBus | undefined): UserUnits {
  async function withBus<T>(
    unit: string,
    use: (orders: ReturnType<typeof unitOrders>) => Promise<T>,
  ): Promise<T> {
    const bus = connect()
    if (!bus) {
      throw new Error(`${unit} cannot be reached: this session has no D-Bus session bus.`)
    }
    try {
      return await use(unitOrders(bus, unit, plainer))
    } finally {
      // Not bus.close(): where there is no connection yet, dbus-native 0.16 would go on trying.
      bus.connection.end()
    }
  }

  return {
    state: (unit, signal) => withBus(unit, (orders) => orders.state(signal)),
    start: (unit, signal) => withBus(unit, (orders) => orders.order('StartUnit', signal)),
  }
}

const plainer: PlainWords = {
  'org.freedesktop.DBus.Error.ServiceUnknown': (unit) =>
    `${unit} cannot be reached: no systemd of this user answers on the session bus.`,
  'org.freedesktop.systemd1.NoSuchUnit': (unit) => `There is no unit ${unit} for this user.`,
  ETIMEDOUT: (unit) => `${unit} cannot be reached: nobody answers on the session bus.`,
  ECONNCLOSED: (unit) => `${unit} cannot be reached: the session bus closed the connection.`,
  ABORT_ERR: (unit) => `Asking for ${unit} was cancelled.`,
}
