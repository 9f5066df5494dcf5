import { TimeoutError } from 'dbus-native'
import { sentenceOf } from '../../../shared/kit/sentence-of.ts'
import { callMethod, type MessageBus } from '../session-bus/session-bus.ts'
import { CannotNotify, type Notice, type Notifier, type Shown } from './notifier.ts'

const server = {
  destination: 'org.freedesktop.Notifications',
  path: '/org/freedesktop/Notifications',
  interface: 'org.freedesktop.Notifications',
}

const urgencies = { low: 0, normal: 1, critical: 2 }

type Live = { id: number; notice: Notice }
type Server = { owner: string; capabilities: ReadonlySet<string> }

/**
 * Notifications as the Desktop Notifications Specification 1.2 has them, spoken over D-Bus
 * without waiting for anybody: Electron 42 holds its main process for 25 s when the server hangs.
 */
export function dbusNotifier(
  bus: MessageBus,
  app: { name: string; icon: string; desktopEntry: string },
): Notifier {
  const live = new Map<string, Live>()
  let known: Promise<Server> | undefined
  let owner = ''
  let listening: Promise<unknown> | undefined
  let telling: Promise<unknown> = Promise.resolve()

  bus.connection.on('message', ({ interface: from, member, body, sender }) => {
    if (member === 'NameOwnerChanged' && body?.[0] === server.destination) {
      known = undefined
      live.clear() // the ids meant something to the old server alone
      return
    }
    if (from !== server.interface) return
    // The answer to a Notify may come in one breath with the click on it; the id is known after.
    void telling.then(() => heard(member, body, sender))
  })

  function heard(member: string | undefined, body: unknown[] | undefined, sender?: string): void {
    // Anybody on the bus can send us a signal of that name; only the server's own counts.
    if (sender !== owner) return
    const [id, word] = (body ?? []) as [number, string | number]
    const found = [...live].find(([, one]) => one.id === id)
    if (!found) return
    const [key, { notice }] = found
    if (member === 'ActionInvoked') notice.onAction(String(word))
    if (member === 'NotificationClosed') {
      live.delete(key)
      notice.onClosed?.()
    }
  }
  bus.on('reconnected', () => {
    known = undefined
    live.clear()
  })

  const listen = () => {
    listening ??= Promise.all([
      bus.addMatch(`type='signal',interface='${server.interface}'`),
      bus.addMatch(
        `type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='${server.destination}'`,
      ),
    ])
    return listening
  }

  async function meet(): Promise<Server> {
    await listen()
    const capabilities = await callMethod<string[]>(bus, server, 'GetCapabilities')
    return {
      owner: await bus.getNameOwner(server.destination),
      capabilities: new Set(capabilities),
    }
  }

  async function answered<T>(question: Promise<T>): Promise<T> {
    try {
      return await question
    } catch (error) {
      known = undefined
      listening = undefined
      const hangs = error instanceof TimeoutError
      const why = sentenceOf(error)
      throw new CannotNotify(hangs ? 'The notification server does not answer.' : why, hangs)
    }
  }

  async function tell(notice: Notice): Promise<Shown> {
    known ??= meet()
    const { owner: now, capabilities } = await answered(known)
    owner = now
    const actions = capabilities.has('actions')
    const buttons = actions ? notice.actions.flatMap(({ name, label }) => [name, label]) : []
    const body = capabilities.has('body-markup') ? escapeMarkup(notice.body) : notice.body
    const id = await answered(
      callMethod<number>(bus, server, 'Notify', 'susssasa{sv}i', [
        app.name,
        live.get(notice.key)?.id ?? 0,
        app.icon,
        oneLine(notice.title),
        body,
        actions ? ['default', 'Open', ...buttons] : [],
        [
          ['urgency', ['y', urgencies[notice.urgency]]],
          ['desktop-entry', ['s', app.desktopEntry]],
        ],
        -1,
      ]),
    )
    live.set(notice.key, { id, notice })
    return { by: 'D-Bus', actions }
  }

  return {
    name: 'D-Bus',
    show(notice) {
      const shown = tell(notice)
      telling = shown.catch(() => {})
      return shown
    },
    async close(key) {
      const found = live.get(key)
      if (!found) return
      live.delete(key)
      await answered(callMethod(bus, server, 'CloseNotification', 'u', [found.id])).catch(() => {})
    },
  }
}

/** Servers with `body-markup` read <b>, <i>, <u> and <a>; what we say is never meant as one. */
export function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ')
