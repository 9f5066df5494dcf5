import type { MessageBus } from 'dbus-native'
import type { Unit } from '../../../shared/domain/unit.ts'
import { readUnits } from './read-units.ts'
import { type DBusFailure, systemd } from './systemd-bus.ts'
import { type UnitFiles, unitFilesOf } from './unit-files.ts'
import { isAboutUnits, matchRules, unescapedUnit, unitFilter } from './unit-signals.ts'

/** The service units of one systemd, the system's or the user's. */
export interface SystemdUnits {
  /**
   * All units whose name fits one of the patterns (`*`, `?`, `[…]`): loaded ones, and those that
   * are installed and not in use. Rejects with a sentence and one of our failure codes.
   */
  list(patterns: readonly string[], signal: AbortSignal): Promise<Unit[]>
  /** Where such units are written down. Rejects as `list` does. */
  files(units: readonly Pick<Unit, 'name'>[], signal: AbortSignal): Promise<UnitFiles[]>
  /** The unit that a process belongs to; undefined where it belongs to none. */
  unitOf(pid: number, signal: AbortSignal): Promise<string | undefined>
  /** Calls back after signals of systemd about such units, and when the bus comes or goes. */
  subscribe(patterns: readonly string[], changed: () => void): void
  close(): void
}

type SystemdUnitsParts = {
  scope: Unit['scope']
  /** A connection that reconnects by itself; undefined where there is no bus at all. */
  connect: () => MessageBus | undefined
}

const firstRetryMs = 1_000
const mostRetryMs = 60_000

/** Keeps one connection open: signals come over it. */
export function systemdUnits({ scope, connect }: SystemdUnitsParts): SystemdUnits {
  let bus: MessageBus | undefined
  let retrying: NodeJS.Timeout | undefined
  let closed = false

  function opened(): MessageBus {
    if (closed) throw failure('other', 'The connection was closed.')
    bus ??= connect()
    if (bus) return bus
    throw failure('not-found', `There is no D-Bus ${busName[scope]} here.`)
  }

  async function ask<T>(member: string, signature: string, body: unknown[], signal: AbortSignal) {
    try {
      const asked = { ...systemd, member, ...(signature && { signature, body }) }
      return await opened().invoke<T>(asked, { signal })
    } catch (error) {
      throw plainFailure(error, scope)
    }
  }

  return {
    async list(patterns, signal) {
      try {
        return await readUnits(opened(), scope, patterns, signal)
      } catch (error) {
        throw plainFailure(error, scope)
      }
    },
    async files(units, signal) {
      try {
        return await unitFilesOf(opened(), units, signal)
      } catch (error) {
        throw plainFailure(error, scope)
      }
    },
    async unitOf(pid, signal) {
      const path = await ask<string>('GetUnitByPID', 'u', [pid], signal).catch((error) => {
        if (isNoUnit(error)) return undefined
        throw error
      })
      return path === undefined ? undefined : unescapedUnit(path)
    },
    subscribe(patterns, changed) {
      let listening: MessageBus
      try {
        listening = opened()
      } catch {
        return // The look says why; a bus that is not there sends no signals.
      }
      const fits = unitFilter(patterns)
      const arm = async () => {
        for (const rule of matchRules) await listening.addMatch(rule)
        // systemd sends nothing to anybody before somebody has subscribed.
        await listening.invoke({ ...systemd, member: 'Subscribe' })
      }
      // A bus that is just starting may leave the first calls without an answer.
      let patienceMs = firstRetryMs
      const armed = (): Promise<void> =>
        arm().then(changed, () => {
          clearTimeout(retrying)
          if (closed) return
          retrying = setTimeout(() => void armed(), patienceMs)
          patienceMs = Math.min(2 * patienceMs, mostRetryMs)
        })
      listening.connection.on('message', (message) => {
        if (closed || !isAboutUnits(message, fits)) return
        // A new systemd on the bus knows no subscribers.
        if (message.member === 'NameOwnerChanged') void armed()
        changed()
      })
      listening.on('reconnected', () => void armed())
      // Attempts in vain end with 'close' as well, and change nothing.
      let wasConnected = false
      listening.connection.on('connect', () => {
        wasConnected = true
      })
      listening.connection.on('close', () => {
        if (wasConnected && !closed) changed()
        wasConnected = false
      })
      void armed()
    },
    close() {
      closed = true
      clearTimeout(retrying)
      // Not bus.close(): where there is no connection yet, dbus-native 0.16 would go on trying.
      bus?.connection.end()
      bus = undefined
    },
  }
}

const busName = { system: 'system bus', user: 'session bus' } as const
const whose = { system: 'this machine', user: 'this user' } as const

function failure(code: string, message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code })
}

function plainFailure(error: unknown, scope: Unit['scope']): Error {
  const { code = '', dbusName = '', message } = error as DBusFailure
  const bus = busName[scope]
  if (['not-found', 'other'].includes(code)) return error as Error
  if (/ServiceUnknown|NameHasNoOwner|Spawn\./.test(dbusName)) {
    const sentence = `No systemd of ${whose[scope]} answers on the ${bus}.`
    return failure('not-found', sentence, error)
  }
  if (/AccessDenied/.test(dbusName)) {
    return failure('permission-denied', `systemd may not be asked on the ${bus}.`, error)
  }
  if (code === 'ECONNCLOSED' || code === 'ECONNREFUSED' || code === 'ENOENT') {
    return failure('refused', `Nobody answers on the D-Bus ${bus}.`, error)
  }
  if (code === 'ETIMEDOUT' || code === 'ABORT_ERR') {
    return failure('timeout', `systemd cannot be reached: the D-Bus ${bus} does not answer.`, error)
  }
  return failure('other', `systemd says: ${message}`, error)
}

function isNoUnit(error: unknown): boolean {
  const cause = (error as Error).cause as DBusFailure | undefined
  return /NoUnitForPID|NoSuchUnit|NoSuchProcess/.test(cause?.dbusName ?? '')
}
