import { Notification } from 'electron'
import { escapeMarkup } from '../adapters/notifications/dbus-notifier.ts'
import { CannotNotify, type Notifier } from '../adapters/notifications/notifier.ts'

/** `failed` comes within 40 ms where there is no server (Electron 42); silence means it is up. */
const answerWithinMs = 3_000

/** Electron's own, which on Linux waits up to 25 s for a server that hangs. */
export function electronNotifier(): Notifier {
  // A Notification that nobody holds is collected, and its click with it.
  const live = new Map<string, Notification>()
  const linux = process.platform === 'linux'

  return {
    name: 'Electron',
    waitsForServer: linux,
    async show(notice) {
      if (!Notification.isSupported()) throw new CannotNotify('Electron knows no notifications.')
      live.get(notice.key)?.close()
      const notification = new Notification({
        title: notice.title,
        body: linux ? escapeMarkup(notice.body) : notice.body,
        urgency: notice.urgency,
        actions: notice.actions.map(({ label }) => ({ type: 'button', text: label })),
      })
      live.set(notice.key, notification)
      notification.on('click', () => notice.onAction('default'))
      notification.on('action', (event: unknown, index?: number) => {
        // Electron 45 puts the index into the event; before, it is the second argument.
        const chosen = index ?? (event as { actionIndex?: number }).actionIndex ?? -1
        const action = notice.actions[chosen]
        if (action) notice.onAction(action.name)
      })
      notification.on('close', () => {
        if (live.get(notice.key) !== notification) return
        live.delete(notice.key)
        notice.onClosed?.()
      })
      await new Promise<void>((resolve, reject) => {
        const late = setTimeout(resolve, answerWithinMs)
        notification.once('show', () => {
          clearTimeout(late)
          resolve()
        })
        notification.once('failed', (_event, error) => {
          clearTimeout(late)
          live.delete(notice.key)
          reject(new CannotNotify(error || 'There is no notification server.'))
        })
        notification.show()
      })
      return { by: 'Electron', actions: !linux }
    },
    async close(key) {
      const notification = live.get(key)
      live.delete(key)
      notification?.close()
    },
  }
}
