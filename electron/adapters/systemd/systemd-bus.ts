import type { Message } from 'dbus-native'

/** systemd's place on a bus, the system's or the user's. */
export const systemd = {
  destination: 'org.freedesktop.systemd1',
  path: '/org/freedesktop/systemd1',
  interface: 'org.freedesktop.systemd1.Manager',
}

/** Asks for one property of the unit at this path. */
export function propertyOf(path: string, face: 'Unit' | 'Service', name: string): Message {
  return {
    destination: systemd.destination,
    path,
    interface: 'org.freedesktop.DBus.Properties',
    member: 'Get',
    signature: 'ss',
    body: [`org.freedesktop.systemd1.${face}`, name],
  }
}

/** What a call rejects with: `code` of the connection, `dbusName` of whoever answered. */
export type DBusFailure = Error & { code?: string; dbusName?: string }
