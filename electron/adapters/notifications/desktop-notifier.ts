import type { MessageBus } from '../session-bus/session-bus.ts'
import { notifierChain } from './chain.ts'
import { dbusNotifier } from './dbus-notifier.ts'
import { nodeNotifier } from './node-notifier.ts'
import type { Notifier } from './notifier.ts'

/** All ways to reach somebody at this desktop, the best first; `others` are between. */
export function desktopNotifier(
  bus: MessageBus | undefined,
  app: { name: string; desktopEntry: string },
  others: readonly Notifier[] = [],
): Notifier {
  return notifierChain([
    ...(bus ? [dbusNotifier(bus, { icon: '', ...app })] : []),
    ...others,
    nodeNotifier(app.name),
  ])
}
