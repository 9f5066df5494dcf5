import type { Mirror } from '../../shared/ipc/contract.ts'
import { callMethod, type MessageBus } from '../adapters/session-bus/session-bus.ts'

/** Whether the desktop shows tray icons, and ours among them. Electron itself cannot tell. */
interface TrayHost {
  /** The first answer; from then on `onChange` tells. */
  start(onChange: (state: Mirror['trayHost']) => void): Promise<Mirror['trayHost']>
  /** Our icon is registered with the host: it belongs to this process. */
  holdsOurIcon(): Promise<boolean>
}

const watcher = {
  destination: 'org.kde.StatusNotifierWatcher',
  path: '/StatusNotifierWatcher',
  interface: 'org.kde.StatusNotifierWatcher',
}

export function trayHost(bus: MessageBus | undefined): TrayHost {
  let state: Mirror['trayHost'] = 'unknown'

  async function look(): Promise<Mirror['trayHost']> {
    if (!bus) return 'unknown'
    try {
      if (!(await bus.nameHasOwner(watcher.destination))) return 'absent'
      // KDE's daemon is a watcher also while no panel shows anything.
      const shows = await property<boolean>(bus, 'IsStatusNotifierHostRegistered').catch(() => true)
      return shows ? 'present' : 'absent'
    } catch {
      return 'unknown'
    }
  }

  return {
    async start(onChange) {
      if (!bus) return state
      const lookAgain = async () => {
        const seen = await look()
        if (seen === state) return
        state = seen
        onChange(state)
      }
      bus.connection.on('message', (message) => {
        const { interface: from, member, body } = message
        const owner = member === 'NameOwnerChanged' && body?.[0] === watcher.destination
        const host = from === watcher.interface && member?.startsWith('StatusNotifierHost')
        if (owner || host) void lookAgain()
      })
      bus.on('reconnected', () => void lookAgain())
      await Promise.allSettled([
        bus.addMatch(
          `type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='${watcher.destination}'`,
        ),
        bus.addMatch(`type='signal',interface='${watcher.interface}'`),
      ])
      state = await look()
      return state
    },
    async holdsOurIcon() {
      if (!bus) return false
      try {
        const items = await property<string[]>(bus, 'RegisteredStatusNotifierItems')
        const owners = await Promise.all(
          items.map((item) =>
            // An item is ":1.5", ":1.5/StatusNotifierItem" or a name with a path after it.
            Promise.resolve(bus.getConnectionUnixProcessId(item.split('/')[0] ?? item)).catch(
              () => 0,
            ),
          ),
        )
        return owners.includes(process.pid)
      } catch {
        return false
      }
    },
  }
}

function property<T>(bus: MessageBus, name: string): Promise<T> {
  const at = { ...watcher, interface: 'org.freedesktop.DBus.Properties' }
  return callMethod<T>(bus, at, 'Get', 'ss', [watcher.interface, name])
}

/** A host that has just come, or just been met, needs a moment to take our icon in. */
const takesInWithinMs = 1_500

/**
 * Tells whether there is a tray host, now and whenever it changes, and registers the icon
 * anew with a host that came late and does not have it.
 */
export async function keepTrayInSight(
  host: TrayHost,
  tray: { rebuild(): void },
  tell: (state: Mirror['trayHost']) => void,
): Promise<Mirror['trayHost']> {
  let checking: NodeJS.Timeout | undefined

  function check(): void {
    clearTimeout(checking)
    checking = setTimeout(async () => {
      if (!(await host.holdsOurIcon())) tray.rebuild()
    }, takesInWithinMs)
  }

  const first = await host.start((state) => {
    clearTimeout(checking)
    if (state === 'present') check()
    tell(state)
  })
  tell(first)
  if (first === 'present') check()
  return first
}
