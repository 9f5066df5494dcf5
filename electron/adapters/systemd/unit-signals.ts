import type { Message } from 'dbus-native'
import { systemd } from './systemd-bus.ts'

const from = `type='signal',sender='${systemd.destination}'`

/**
 * What the bus sends us. Each change of a unit's state comes as PropertiesChanged of its Unit
 * interface and of its Service interface: the first is enough to look again.
 */
export const matchRules: readonly string[] = [
  `type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='${systemd.destination}'`,
  ...['UnitNew', 'UnitRemoved', 'JobRemoved', 'UnitFilesChanged', 'Reloading'].map(
    (member) => `${from},interface='${systemd.interface}',member='${member}'`,
  ),
  `${from},path_namespace='${systemd.path}/unit',interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',arg0='org.freedesktop.systemd1.Unit'`,
]

/** Whether a message is a signal after which these units may look different. */
export function isAboutUnits(message: Message, fits: (unit: string) => boolean): boolean {
  const { member, path = '', body = [] } = message
  switch (member) {
    case 'PropertiesChanged':
      return path.startsWith(`${systemd.path}/unit/`) && fits(unescapedUnit(path))
    case 'UnitNew':
    case 'UnitRemoved':
      return fits(String(body[0]))
    case 'JobRemoved':
      return fits(String(body[2]))
    case 'Reloading':
      // Sent twice, before and after.
      return message.interface === systemd.interface && body[0] === false
    case 'UnitFilesChanged':
      return message.interface === systemd.interface
    case 'NameOwnerChanged':
      return body[0] === systemd.destination
    default:
      return false
  }
}

/** `…/unit/node_2dexporter_2eservice` → `node-exporter.service` */
export function unescapedUnit(path: string): string {
  const last = path.slice(path.lastIndexOf('/') + 1)
  return last.replace(/_([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/** Whether the name of a unit fits one of the patterns of fnmatch(3), as systemd matches them. */
export function unitFilter(patterns: readonly string[]): (unit: string) => boolean {
  const wholes = patterns.map((pattern) => {
    const source = pattern
      .replace(/[.+^${}()|\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')
      .replace(/\[!/g, '[^')
    return new RegExp(`^${source}$`)
  })
  return (unit) => wholes.some((whole) => whole.test(unit))
}
