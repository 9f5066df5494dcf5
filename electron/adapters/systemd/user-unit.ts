import type { Message, MessageBus } from 'dbus-native'
import { type DBusFailure, propertyOf, systemd } from './systemd-bus.ts'

type UserUnit = {
  /** False where systemd knows no file for it. */
  exists: boolean
  /** `active`, `inactive`, `activating`, `deactivating`, `failed`, `reloading`. */
  active: string
  /** For example `running` or `dead`. */
  sub: string
}

/** Units of the user's own systemd. Every call rejects with a sentence for a person. */
interface UserUnits {
  state(unit: string, signal: AbortSignal): Promise<UserUnit>
  /** Resolves when systemd has finished starting it, as `systemctl --user start` does. */
  start(unit: string, signal: AbortSignal): Promise<void>
}

const addMatch: Message = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
  member: 'AddMatch',
  signature: 's',
  body: [
    `type='signal',sender='${systemd.destination}',interface='${systemd.interface}',member='JobRemoved'`,
  ],
}

/**
 * `connect` gives a connection of the caller's own, or undefined where the session has no
 * bus. Units are asked for rarely, so each call opens one and ends it.
 */
export function userUnits(connect: () => MessageBus | undefined): UserUnits {
  async function withBus<T>(unit: string, use: (bus: MessageBus) => Promise<T>): Promise<T> {
    const bus = connect()
    if (!bus) {
      throw new Error(`${unit} cannot be reached: this session has no D-Bus session bus.`)
    }
    try {
      return await use(bus)
    } finally {
      // Not bus.close(): where there is no connection yet, dbus-native 0.16 would go on trying.
      bus.connection.end()
    }
  }

  return {
    state: (unit, signal) =>
      withBus(unit, async (bus) => {
        const load = { ...systemd, member: 'LoadUnit', signature: 's', body: [unit] }
        const path = await asked<string>(bus, load, unit, signal)
        const [loaded, active, sub] = await Promise.all(
          ['LoadState', 'ActiveState', 'SubState'].map((name) =>
            asked<string>(bus, propertyOf(path, 'Unit', name), unit, signal),
          ),
        )
        return { exists: loaded !== 'not-found', active: active ?? '', sub: sub ?? '' }
      }),
    start: (unit, signal) =>
      withBus(unit, async (bus) => {
        // systemd sends JobRemoved only while somebody is subscribed, and may send it before
        // the reply to StartUnit has been read: so listen first, and keep what comes.
        const jobs = finishedJobs(bus)
        await asked(bus, addMatch, unit, signal)
        await asked(bus, { ...systemd, member: 'Subscribe' }, unit, signal)
        const order = { ...systemd, member: 'StartUnit', signature: 'ss', body: [unit, 'replace'] }
        const job = await asked<string>(bus, order, unit, signal)
        const result = await jobs.resultOf(job, signal)
        if (result !== 'done') throw new Error(`${unit} could not be started: ${result}.`)
      }),
  }
}

/** A unit that takes longer says so itself: systemd's own default for a start is 90 s. */
const jobWithinMs = 95_000

function finishedJobs(bus: MessageBus) {
  const results = new Map<string, string>()
  let told = () => {}
  bus.connection.on('message', (message) => {
    if (message.member !== 'JobRemoved' || message.interface !== systemd.interface) return
    const [, job, , result] = message.body ?? []
    results.set(String(job), String(result))
    told()
  })
  return {
    resultOf(job: string, signal: AbortSignal): Promise<string> {
      const ending = AbortSignal.any([signal, AbortSignal.timeout(jobWithinMs)])
      return new Promise((resolve, reject) => {
        told = () => {
          const result = results.get(job)
          if (result !== undefined) resolve(result)
        }
        const giveUp = () =>
          reject(new Error(signal.aborted ? 'Cancelled.' : 'systemd did not finish in time.'))
        if (ending.aborted) giveUp()
        ending.addEventListener('abort', giveUp, { once: true })
        told()
      })
    },
  }
}

/** Failures that have a plainer sentence than their own text. */
const plainer: Readonly<Record<string, (unit: string) => string>> = {
  'org.freedesktop.DBus.Error.ServiceUnknown': (unit) =>
    `${unit} cannot be reached: no systemd of this user answers on the session bus.`,
  'org.freedesktop.systemd1.NoSuchUnit': (unit) => `There is no unit ${unit} for this user.`,
  ETIMEDOUT: (unit) => `${unit} cannot be reached: nobody answers on the session bus.`,
  ECONNCLOSED: (unit) => `${unit} cannot be reached: the session bus closed the connection.`,
  ABORT_ERR: (unit) => `Asking for ${unit} was cancelled.`,
}

async function asked<T>(
  bus: MessageBus,
  message: Message,
  unit: string,
  signal: AbortSignal,
): Promise<T> {
  try {
    return await bus.invoke<T>({ ...message }, { signal })
  } catch (error) {
    const { code, dbusName, message: text } = error as DBusFailure
    const sentence = plainer[code ?? '']?.(unit) ?? plainer[dbusName ?? '']?.(unit)
    throw new Error(sentence ?? `${unit}: systemd says: ${text}`, { cause: error })
  }
}
