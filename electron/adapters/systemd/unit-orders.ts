import type { Message, MessageBus } from 'dbus-native'
import { type DBusFailure, propertyOf, systemd } from './systemd-bus.ts'

// What is asked of a systemd about one unit, over a connection that the caller opened.

export type UnitState = {
  /** False where systemd knows no file for it. */
  exists: boolean
  /** `active`, `inactive`, `activating`, `deactivating`, `failed`, `reloading`. */
  active: string
  /** For example `running` or `dead`. */
  sub: string
  /** `enabled`, `disabled`, `static`, `masked` …; empty when systemd does not say. */
  enablement: string
}

/**
 * An order that may ask: with this flag (ALLOW_INTERACTIVE_AUTHORIZATION, D-Bus 0.26) polkit shows
 * its dialog to the person in front of the session instead of refusing at once.
 */
export const changing = { ...systemd, flags: 4 }

/** Failures that have a plainer sentence than their own text, by D-Bus name or code. */
export type PlainWords = Readonly<Record<string, (unit: string) => string>>

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

/** A unit that takes longer says so itself: systemd's own default for a start is 90 s. */
const jobWithinMs = 95_000

export function unitOrders(bus: MessageBus, unit: string, plainer: PlainWords) {
  async function asked<T>(message: Message, signal: AbortSignal): Promise<T> {
    try {
      return await bus.invoke<T>({ ...message }, { signal })
    } catch (error) {
      const { code, dbusName, message: text } = error as DBusFailure
      const sentence = plainer[code ?? '']?.(unit) ?? plainer[dbusName ?? '']?.(unit)
      throw new Error(sentence ?? `${unit}: systemd says: ${text}`, { cause: error })
    }
  }

  return {
    asked,

    async state(signal: AbortSignal): Promise<UnitState> {
      const load = { ...systemd, member: 'LoadUnit', signature: 's', body: [unit] }
      const path = await asked<string>(load, signal)
      const [loaded, active, sub, enablement] = await Promise.all(
        ['LoadState', 'ActiveState', 'SubState', 'UnitFileState'].map((name) =>
          asked<string>(propertyOf(path, 'Unit', name), signal),
        ),
      )
      return {
        exists: loaded !== 'not-found',
        active: active ?? '',
        sub: sub ?? '',
        enablement: enablement ?? '',
      }
    },

    /** Resolves when systemd has finished, as `systemctl start` and `stop` do. */
    async order(member: 'StartUnit' | 'StopUnit', signal: AbortSignal): Promise<void> {
      // systemd sends JobRemoved only while somebody is subscribed, and may send it before
      // the reply to the order has been read: so listen first, and keep what comes.
      const jobs = finishedJobs(bus)
      await asked(addMatch, signal)
      await asked({ ...systemd, member: 'Subscribe' }, signal)
      const order = { ...changing, member, signature: 'ss', body: [unit, 'replace'] }
      const job = await asked<string>(order, signal)
      const result = await jobs.resultOf(job, signal)
      if (result === 'done') return
      const deed = member === 'StartUnit' ? 'started' : 'stopped'
      throw new Error(`${unit} could not be ${deed}: ${result}.`)
    },
  }
}

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
