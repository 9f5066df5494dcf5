import type { MessageBus } from 'dbus-native'
import type { Unit } from '../../../shared/domain/unit.ts'
import { changing, type PlainWords, type UnitState, unitOrders } from './unit-orders.ts'

/**
 * Units of one systemd, the machine's or the user's. Changing the machine's is a matter of polkit:
 * whoever may not gets the command that may. Every call rejects with a sentence for a person.
 */
export interface UnitControl {
  state(unit: string, signal: AbortSignal): Promise<UnitState>
  stop(unit: string, signal: AbortSignal): Promise<void>
  start(unit: string, signal: AbortSignal): Promise<void>
  /** As `systemctl disable`: it does not come up with the machine any more. */
  disable(unit: string, signal: AbortSignal): Promise<void>
  enable(unit: string, signal: AbortSignal): Promise<void>
}

type Verb = 'start' | 'stop' | 'enable' | 'disable' | 'status'

/** `connect` gives a connection of the caller's own, or undefined where there is no such bus. */
export function unitControl(
  scope: Unit['scope'],
  connect: () => MessageBus | undefined,
): UnitControl {
  async function withBus<T>(
    unit: string,
    verb: Verb,
    use: (orders: ReturnType<typeof unitOrders>) => Promise<T>,
  ): Promise<T> {
    const bus = connect()
    if (!bus) throw new Error(`${unit} cannot be reached: there is no D-Bus ${busOf[scope]} here.`)
    try {
      return await use(unitOrders(bus, unit, wordsFor(verb, scope)))
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

const busOf = { system: 'system bus', user: 'session bus' } as const

function wordsFor(verb: Verb, scope: Unit['scope']): PlainWords {
  const command = scope === 'system' ? 'sudo systemctl' : 'systemctl --user'
  const refused = (unit: string) =>
    `Permission to ${verb} ${unit} is refused. Run: ${command} ${verb} ${unit}`
  return {
    'org.freedesktop.DBus.Error.AccessDenied': refused,
    'org.freedesktop.DBus.Error.InteractiveAuthorizationRequired': refused,
    'org.freedesktop.PolicyKit1.Error.NotAuthorized': refused,
    'org.freedesktop.systemd1.NoSuchUnit': (unit) => `There is no unit ${unit} here.`,
    ETIMEDOUT: (unit) => `${unit} cannot be reached: nobody answers on the ${busOf[scope]}.`,
    ECONNCLOSED: (unit) => `${unit} cannot be reached: the ${busOf[scope]} closed the connection.`,
    ABORT_ERR: (unit) => `The order to ${verb} ${unit} was cancelled.`,
  }
}
