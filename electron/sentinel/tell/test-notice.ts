import type { NotificationChoices } from '../../../shared/settings/settings.ts'
import type { Notifier } from '../../adapters/notifications/notifier.ts'

/**
 * Shows a notice that looks like a real one, whatever the hours, and says in a sentence how it
 * was shown. Rejects where nobody can be reached.
 */
export async function sendTestNotice(
  notifier: Notifier,
  choices: NotificationChoices,
): Promise<string> {
  const { by, actions } = await notifier.show({
    key: 'test',
    title: 'Odin Sentinel: a test',
    body: 'This is how an incident is told: what is wrong, its cause and what it broke.\nNext: nothing. All you had to do was see this.',
    urgency: 'normal',
    actions: [],
    onAction: () => {},
  })
  const buttons = actions ? 'with buttons' : 'without buttons: this way has none'
  return [`Shown by ${by}, ${buttons}.`, ...limits(choices)].join(' ')
}

function limits({ floor, quietHours }: NotificationChoices): string[] {
  const least = floor === 'info' ? [] : [`Incidents are notified from ${floor} on.`]
  if (!quietHours) return least
  const { from, to, exceptCritical } = quietHours
  const but = exceptCritical ? ' but for what is critical' : ''
  return [...least, `From ${timeOf(from)} to ${timeOf(to)} nobody is disturbed${but}.`]
}

const timeOf = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
