import type { NotificationChoices, QuietHours } from '../settings/settings.ts'
import type { Severity } from './finding.ts'

/** `never` holds for as long as the incident is no more severe than this. */
type Disturbance = 'now' | { waitUntil: number } | 'never'

type DisturbMatter = {
  incident: { severity: Severity }
  settings: NotificationChoices
  /** Epoch milliseconds. */
  now: number
  /** Minutes since midnight at `now`, by the clock that the person lives by. */
  localMinutes: number
}

/** What we cannot see may be bad: it weighs as much as a warning. */
const weight: Readonly<Record<Severity, number>> = { info: 0, unknown: 1, warning: 1, critical: 2 }

const minutesInADay = 24 * 60
const minute = 60_000

/** Whether somebody may be disturbed by this incident now, later, or not at all. */
export function disturbs({ incident, settings, now, localMinutes }: DisturbMatter): Disturbance {
  if (weight[incident.severity] < weight[settings.floor]) return 'never'
  const { quietHours } = settings
  if (!quietHours || (quietHours.exceptCritical && incident.severity === 'critical')) return 'now'
  const left = minutesLeft(quietHours, localMinutes)
  return left === 0 ? 'now' : { waitUntil: now - (now % minute) + left * minute }
}

/** Until the quiet hours end; 0 outside of them. */
function minutesLeft({ from, to }: QuietHours, at: number): number {
  const quiet = from < to ? at >= from && at < to : at >= from || at < to
  return quiet ? (to - at + minutesInADay) % minutesInADay : 0
}
