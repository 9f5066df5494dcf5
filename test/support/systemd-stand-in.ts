import { createClient, type MessageBus } from 'dbus-native'
import { systemd } from '../../electron/adapters/systemd/systemd-bus.ts'

export type UnitStandIn = { active: 'active' | 'inactive'; enablement: 'enabled' | 'disabled' }

/** A stand-in for systemd on a bus of the test's own: units, and nothing behind them. */
export type SystemdStandIn = {
  add(unit: string, is: UnitStandIn): UnitStandIn
  /** From now on every change is refused, as polkit does it. */
  refuses: boolean
  /** What was asked to be changed, in order. */
  changes: string[]
  stop(): Promise<void>
}

type Answer = (...args: unknown[]) => unknown

class NotAuthorized extends Error {
  readonly dbusName = 'org.freedesktop.DBus.Error.AccessDenied'
}

export async function startSystemdStandIn(busAddress: string): Promise<SystemdStandIn> {
  const bus: MessageBus = createClient({ busAddress })
  const units = new Map<string, UnitStandIn>()
  let jobs = 0
  const standIn: SystemdStandIn = {
    refuses: false,
    changes: [],
    add(unit, is) {
      units.set(unit, is)
      bus.exportInterface(propertiesOf(is), pathOf(unit), {
        name: `${systemd.destination}.Unit`,
        methods: {},
        properties: { LoadState: 's', ActiveState: 's', SubState: 's', UnitFileState: 's' },
      })
      return is
    },
    async stop() {
      await bus.releaseName(systemd.destination)
      bus.connection.end()
    },
  }

  const handle = (member: string, reply: string, answer: Answer) =>
    bus.setMethodCallHandler(systemd.path, systemd.interface, member, [answer, reply])
  const change = (member: string, unit: unknown): UnitStandIn => {
    standIn.changes.push(`${member} ${unit}`)
    if (standIn.refuses) throw new NotAuthorized('Access denied')
    const found = units.get(String(unit))
    if (!found) throw new Error(`There is no unit ${unit}.`)
    return found
  }
  const order = (member: 'StartUnit' | 'StopUnit', active: UnitStandIn['active']) =>
    handle(member, 'o', (unit) => {
      change(member, unit).active = active
      jobs += 1
      const job = `${systemd.path}/job/${jobs}`
      const body = [jobs, job, String(unit), 'done']
      setImmediate(() =>
        bus.sendSignal(systemd.path, systemd.interface, 'JobRemoved', 'uoss', body),
      )
      return job
    })
  const files = (member: string, reply: string, enablement: UnitStandIn['enablement']) =>
    handle(member, reply, (names) => {
      for (const unit of names as string[]) change(member, unit).enablement = enablement
      return reply === 'ba(sss)' ? [true, []] : []
    })

  handle('LoadUnit', 'o', (unit) => pathOf(String(unit)))
  handle('Subscribe', '', () => null)
  handle('Reload', '', () => null)
  order('StartUnit', 'active')
  order('StopUnit', 'inactive')
  files('EnableUnitFiles', 'ba(sss)', 'enabled')
  files('DisableUnitFiles', 'a(sss)', 'disabled')
  await bus.requestName(systemd.destination, 0)
  return standIn
}

const pathOf = (unit: string): string =>
  `${systemd.path}/unit/${unit.replace(/[^A-Za-z0-9]/g, (char) => `_${char.charCodeAt(0).toString(16)}`)}`

const propertiesOf = (unit: UnitStandIn) => ({
  LoadState: 'loaded',
  get ActiveState() {
    return unit.active
  },
  get SubState() {
    return unit.active === 'active' ? 'running' : 'dead'
  },
  get UnitFileState() {
    return unit.enablement
  },
})
