import { join } from 'node:path'
import {
  type CallOptions,
  createClient,
  type InvokeCallback,
  type Message,
  type MessageBus,
} from 'dbus-native'

export type { MessageBus } from 'dbus-native'

/** A call that has not been answered by then has failed; libdbus itself would wait 25 s. */
const answerWithinMs = 3_000

/**
 * The desktop session's D-Bus, reconnected for as long as it takes; undefined where no
 * session bus is known at all. Nothing here blocks and nothing throws later on.
 */
export function connectSessionBus(env: NodeJS.ProcessEnv = process.env): MessageBus | undefined {
  const runtimeDirectory = env['XDG_RUNTIME_DIR']
  const busAddress =
    env['DBUS_SESSION_BUS_ADDRESS'] ||
    (runtimeDirectory && `unix:path=${join(runtimeDirectory, 'bus')}`)
  return busAddress ? connectBus(busAddress) : undefined
}

/** Where the system's bus is unless a variable says otherwise; every systemd machine has it there. */
const usualSystemBus = 'unix:path=/run/dbus/system_bus_socket'

/** The machine's own D-Bus, where system services are, on the same terms as the session's. */
export function connectSystemBus(env: NodeJS.ProcessEnv = process.env): MessageBus | undefined {
  return connectBus(env['DBUS_SYSTEM_BUS_ADDRESS'] || usualSystemBus)
}

function connectBus(busAddress: string): MessageBus | undefined {
  try {
    const bus = createClient({
      busAddress,
      timeout: 0,
      reconnect: { minDelay: 500, maxDelay: 30_000 },
    })
    // A connection error is followed by another attempt; without listeners it would end the process.
    bus.connection.on('error', () => {})
    bus.connection.on('handlerError', () => {})
    bus.on('reconnectError', () => {})
    return patient(bus)
  } catch {
    return undefined // an address of a kind that this library does not speak
  }
}

/**
 * Lets every call fail in time but the first Hello: dbus-native 0.16.1 throws out of its own timer
 * when a busy bus does not answer that one (lib/bus.js, "register name"), and ends the process.
 */
function patient(bus: MessageBus): MessageBus {
  const invoke = bus.invoke.bind(bus) as (...args: unknown[]) => unknown
  const timely = (message: Message, options?: CallOptions | InvokeCallback, reply?: unknown) =>
    typeof options === 'function'
      ? invoke(message, { timeout: answerWithinMs }, options)
      : invoke(message, { timeout: answerWithinMs, ...options }, reply)
  return Object.assign(bus, { invoke: timely })
}

/** Calls a method by its full name, without asking the other side to describe itself first. */
export function callMethod<T>(
  bus: MessageBus,
  to: { destination: string; path: string; interface: string },
  member: string,
  signature = '',
  body: unknown[] = [],
): Promise<T> {
  const message = { ...to, member, ...(signature === '' ? {} : { signature, body }) }
  return Promise.resolve(bus.invoke<T>(message))
}
