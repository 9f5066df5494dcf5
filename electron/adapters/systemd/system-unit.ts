import type { MessageBus } from 'dbus-native'
import { changing, type PlainWords, type UnitState, unitOrders } from './unit-orders.ts'

/**
 * Units of the machine's own systemd. Changing them is a matter of polkit: whoever may not gets
 * the command that may. Every call rejects with a sentence for a person.
 */
export interface SystemUnits {
  state(unit: string, signal: AbortSignal): Promise<UnitState>
  stop(unit: string, signal: AbortSignal): Promise<void>
  start(unit: string, signal: AbortSignal): Promise<void>
  /** As `systemctl disable`: it does not come up with the machine any more. */
  disable(unit: string, signal: AbortSignal): Promise<void>
  enable(unit: string, signal: AbortSignal): Promise<void>
}

type Verb = 'start' | 'stop' | 'enable' | 'disable' | 'status'

/** `connect` gives a connection of the caller's own, or undefined where there is no system bus. */
export function systemUnits(connect: () => MessageBus | undefined): SystemUnits {
  async function withBus<T>(
    unit: string,
    verb: Verb,
    use: (orders: ReturnType<typeof unitOrders>) => Promise<T>,
  ): Promise<T> {
    const bus = connect()
    if (!bus) throw new Error(`${unit} cannot be reached: there is no D-Bus system bus here.`)
    try {
      return await use(unitOrders(bus, unit, wordsFor(verb)))
    } finally {
      bus.connection.end()
    }
  }

  /** systemd looks at its unit files again, as `systemctl enable` and `disable` make it do. */
  async function changeFiles(unit: string, verb: 'enable' | 'disable', signal: AbortSignal) {
    const change =
      verb === 'enable'
        ? { member: 'EnableUnitFiles', signature: 'asbb', body: [[unit], false, true] }
        : { member: 'DisableUnitFiles', signature: 'asb', body: [[unit], false] }
    await withBus(unit, verb, async ({ asked }) => {
      await asked({ ...changing, ...change }, signal)
      await asked({ ...changing, member: 'Reload' }, signal)
    })
  }

  return {
    state: (unit, signal) => withBus(unit, 'status', (orders) => orders.state(signal)),
    stop: (unit, signal) => withBus(unit, 'stop', (orders) => orders.order('StopUnit', signal)),
    start: (unit, signal) => withBus(unit, 'start', (orders) => orders.order('StartUnit', signal)),
    disable: (unit, signal) => changeFiles(unit, 'disable', signal),
    enable: (unit, signal) => changeFiles(unit, 'enable', signal),
  }
}

function wordsFor(verb: Verb): PlainWords {
  const refused = (unit: string) =>
    `Permission to ${verb} ${unit} is refused. Run: sudo systemctl ${verb} ${unit}`
  return {
    'org.freedesktop.DBus.Error.AccessDenied': refused,
    'org.freedesktop.DBus.Error.InteractiveAuthorizationRequired': refused,
    'org.freedesktop.PolicyKit1.Error.NotAuthorized': refused,
    'org.freedesktop.systemd1.NoSuchUnit': (unit) => `There is no unit ${unit} on this machine.`,
    ETIMEDOUT: (unit) => `${unit} cannot be reached: nobody answers on the system bus.`,
    ECONNCLOSED: (unit) => `${unit} cannot be reached: the system bus closed the connection.`,
    ABORT_ERR: (unit) => `The order to ${verb} ${unit} was cancelled.`,
  }
}
