import { disturbs } from '../../../shared/assess/disturb.ts'
import { flapMs } from '../../../shared/assess/hold.ts'
import type { Intent } from '../../../shared/domain/intent.ts'
import type { IncidentView } from '../../../shared/ipc/status.ts'
import { type NotificationChoices, usualSettings } from '../../../shared/settings/settings.ts'
import type { Notice, Notifier } from '../../adapters/notifications/notifier.ts'
import { carryOut, type Outcome } from '../carry-out.ts'
import type { IncidentChange, Sentinel } from '../surface.ts'
import { noticeOf, recoveryOf } from './notice-text.ts'

type NotifyParts = {
  sentinel: Sentinel
  notifier: Notifier
  /** A click on the notice itself: show the plan of this stack, where there is a window. */
  review: (stack: string) => void
  /** Nobody could be reached; the incident is still on the screen and in the timeline. */
  onProblem?: (sentence: string) => void
  /** Severity floor and quiet hours, as they are at that moment. */
  choices?: () => NotificationChoices
  now?: () => number
  /** Minutes since midnight by the clock of this machine. */
  localMinutes?: (at: number) => number
}

/** `flaps`: it was told to be over, and came back. */
type Told = { showing: boolean; text: string; flaps: boolean }

/** Two stacks may have the same incident at the same moment. */
const keyOf = (stack: string, { id }: IncidentView): string => `${stack} ${id}`

/**
 * One notice for an incident, replaced while it lasts, and one for its end. What came back
 * after it had been told to be over is over only when it has stayed away for a while. Nothing
 * while the incident is snoozed, its owner is moving or the hours are quiet; what is still wrong
 * then is told afterwards. An incident that goes on as part of another one takes its notice away.
 */
export function notifyOfIncidents(parts: NotifyParts): () => void {
  const { sentinel, notifier, now = Date.now } = parts
  const { choices = () => usualSettings.notifications, localMinutes = minutesOfTheDay } = parts
  const told = new Map<string, Told>()
  const waiting = new Map<string, { stack: string; id: string }>()
  /** What ended a moment ago, and may only be flapping. */
  const ending = new Map<string, NodeJS.Timeout>()
  let wake: NodeJS.Timeout | undefined
  let last: Promise<unknown> = Promise.resolve()
  let reached = true

  /** One after the other, so that an end never overtakes its beginning. */
  function show(notice: Notice): void {
    last = last
      .then(() => notifier.show(notice))
      .then(
        () => {
          reached = true
        },
        (error: Error) => {
          // A desktop without a notification server has none for the next notice either.
          if (reached) parts.onProblem?.(`Nothing can be shown on the desktop: ${error.message}`)
          reached = false
        },
      )
  }

  function close(key: string): void {
    last = last.then(() => notifier.close(key)).catch(() => {})
  }

  const disturbance = (incident: IncidentView) =>
    disturbs({ incident, settings: choices(), now: now(), localMinutes: localMinutes(now()) })

  /** Told to nobody until then, for whichever reason. */
  function silentUntil(incident: IncidentView): number {
    const answer = disturbance(incident)
    return Math.max(hushedUntil(incident), typeof answer === 'object' ? answer.waitUntil : 0)
  }

  /** Somebody asked for silence about this, so that its notice goes as well. */
  function hushedUntil(incident: IncidentView): number {
    const moving = sentinel.mirror().movingUntil
    return Math.max(
      moving === null ? 0 : Date.parse(moving),
      incident.snoozedUntil === undefined ? 0 : Date.parse(incident.snoozedUntil),
    )
  }

  function tell(stack: string, incident: IncidentView, cameBack = false): void {
    const key = keyOf(stack, incident)
    const status = sentinel.mirror().stacks.find((one) => one.stack === stack)
    const words = noticeOf(stack, incident, status, sentinel.mirror().demo)
    const flaps = cameBack || told.get(key)?.flaps === true
    const entry: Told = { showing: true, text: words.title + words.body, flaps }
    told.set(key, entry)
    show({
      ...words,
      key,
      onAction: (action) => perform(action, stack, incident),
      onClosed: () => {
        entry.showing = false
      },
    })
  }

  function perform(action: string, stack: string, incident: IncidentView): void {
    const { id, remedy } = incident
    if (action === 'snooze') void sentinel.snooze(id, '1h').catch(() => {})
    else if (
      action === 'remedy' &&
      remedy.kind === 'plan' &&
      remedy.intent.kind === 'switch-back'
    ) {
      void carryOut(sentinel, stack, remedy.intent as Intent).then((outcome) =>
        report(keyOf(stack, incident), outcome, stack),
      )
    } else parts.review(stack)
  }

  /** Success tells itself, by the incident's end. */
  function report(key: string, outcome: Outcome, stack: string): void {
    if (outcome.kind === 'done') return
    const title = outcome.kind === 'refused' ? 'Switching back is refused' : 'Switching back failed'
    show({
      key: `${key}:outcome`,
      title,
      body: outcome.sentence,
      urgency: 'critical',
      actions: [],
      onAction: () => parts.review(stack),
    })
  }

  function takeAway(key: string): void {
    if (told.delete(key)) close(key)
  }

  function tellEnd(stack: string, incident: IncidentView): void {
    const key = keyOf(stack, incident)
    told.delete(key)
    const words = recoveryOf(stack, incident, sentinel.mirror().demo)
    show({ ...words, key, onAction: () => parts.review(stack) })
  }

  function onEnd(stack: string, incident: IncidentView, quiet: boolean): void {
    const key = keyOf(stack, incident)
    const before = told.get(key)
    if (!before) return
    if (quiet) {
      takeAway(key)
      return
    }
    if (!before.flaps) tellEnd(stack, incident)
    const timer = setTimeout(() => {
      ending.delete(key)
      if (before.flaps) tellEnd(stack, incident)
    }, flapMs)
    timer.unref()
    ending.set(key, timer)
  }

  function onChange({ stack, incident, change }: IncidentChange): void {
    const key = keyOf(stack, incident)
    const endedJustNow = ending.has(key)
    clearTimeout(ending.get(key))
    ending.delete(key)
    if (change === 'resolved' || change === 'withdrawn') {
      const quiet = waiting.delete(key) || silentUntil(incident) > now()
      close(`${key}:outcome`)
      if (change === 'resolved') onEnd(stack, incident, quiet)
      else takeAway(key)
      return
    }
    const before = told.get(key)
    if (silentUntil(incident) > now()) {
      hush(stack, incident)
      return
    }
    waiting.delete(key)
    if (!before && disturbance(incident) === 'never') return
    if (!before || change === 'worsened') {
      tell(stack, incident, endedJustNow)
      return
    }
    // Who has taken the notice away has read it; only what got worse brings it back.
    const status = sentinel.mirror().stacks.find((one) => one.stack === stack)
    const words = noticeOf(stack, incident, status, sentinel.mirror().demo)
    if (before.showing && before.text !== words.title + words.body) tell(stack, incident)
  }

  /** Its notice goes; it waits for the end of the quiet. */
  function hush(stack: string, incident: IncidentView): void {
    const key = keyOf(stack, incident)
    const before = told.get(key)
    waiting.set(key, { stack, id: incident.id })
    if (before?.showing) close(key)
    if (before) before.showing = false
    wakeInTime()
  }

  /** "I am moving" may begin while notices stand on the screen. */
  function hushWhatShows(): void {
    for (const { stack, incidents } of sentinel.mirror().stacks) {
      for (const incident of incidents) {
        if (stack === null || !told.get(keyOf(stack, incident))?.showing) continue
        if (incident.status === 'firing' && hushedUntil(incident) > now()) hush(stack, incident)
      }
    }
  }

  function tellWhatWaited(): void {
    for (const [key, { stack, id }] of waiting) {
      const status = sentinel.mirror().stacks.find((one) => one.stack === stack)
      const incident = status?.incidents.find((one) => one.id === id && one.status === 'firing')
      if (!incident) waiting.delete(key)
      else if (silentUntil(incident) <= now()) {
        waiting.delete(key)
        if (disturbance(incident) !== 'never') tell(stack, incident)
      }
    }
    wakeInTime()
  }

  function wakeInTime(): void {
    clearTimeout(wake)
    wake = undefined
    const ends = sentinel
      .mirror()
      .stacks.flatMap(({ stack, incidents }) =>
        incidents.filter((incident) => waiting.has(keyOf(stack ?? '', incident))),
      )
      .map(silentUntil)
    if (ends.length === 0) return
    const longest = 2 ** 31 - 1
    wake = setTimeout(
      tellWhatWaited,
      Math.min(Math.max(...[0, Math.min(...ends) - now()]) + 50, longest),
    )
    wake.unref()
  }

  const stopIncidents = sentinel.onIncident(onChange)
  const stopMirror = sentinel.onMirror(() => {
    hushWhatShows()
    if (waiting.size > 0) tellWhatWaited()
  })
  return () => {
    stopIncidents()
    stopMirror()
    clearTimeout(wake)
    for (const timer of ending.values()) clearTimeout(timer)
  }
}

function minutesOfTheDay(at: number): number {
  const clock = new Date(at)
  return clock.getHours() * 60 + clock.getMinutes()
}
