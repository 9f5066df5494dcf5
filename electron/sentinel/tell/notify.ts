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

/** `flaps`: it was told to be over, and came back. `newer` waits to replace its words. */
type Told = { showing: boolean; text: string; flaps: boolean; at: number; newer?: NodeJS.Timeout }

/**
 * So long words stand before newer ones replace them: desktops draw each replacement anew, and of
 * a stack that comes up elsewhere there is news every second.
 */
const wordsStandMs = 15_000

/** What an operation leaves wrong for a moment: a dashboard sees its data with the next scrape. */
const settlesMs = 30_000

/** An operation that takes longer hides nothing any more: what is wrong by then may be its own news. */
const longestQuietMs = 15 * 60_000

/** `anew`: told also where nothing of it is on the screen. `hushed`: its end is told to nobody. */
type Waiting = { stack: string; id: string; anew: boolean; hushed: boolean }

/** Two stacks may have the same incident at the same moment. */
const keyOf = (stack: string, { id }: IncidentView): string => `${stack} ${id}`

/**
 * One notice for an incident, replaced while it lasts, and one for its end. What came back
 * after it had been told to be over is over only when it has stayed away for a while. Nothing
 * while the incident is snoozed, its owner is moving or the hours are quiet, nor while an operation
 * that somebody asked for takes the stack through what looks like incidents; what is still wrong
 * then is told afterwards. An incident that goes on as part of another one takes its notice away.
 */
export function notifyOfIncidents(parts: NotifyParts): () => void {
  const { sentinel, notifier, now = Date.now } = parts
  const { choices = () => usualSettings.notifications, localMinutes = minutesOfTheDay } = parts
  const told = new Map<string, Told>()
  const waiting = new Map<string, Waiting>()
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

  /** What stands on the screen stays there: its end is the news that is waited for. */
  function underOperationUntil(stack: string, incident: IncidentView): number {
    const { operation } = sentinel.mirror()
    if (operation?.stack !== stack) return 0
    if (operation.finishedAt === undefined) return Date.parse(operation.startedAt) + longestQuietMs
    const ended = Date.parse(operation.finishedAt)
    return Date.parse(incident.since) > ended ? 0 : ended + settlesMs
  }

  const mayBeToldAt = (stack: string, incident: IncidentView): number =>
    Math.max(silentUntil(incident), underOperationUntil(stack, incident))

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
    const entry: Told = { showing: true, text: words.title + words.body, flaps, at: now() }
    forget(key)
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

  function forget(key: string): boolean {
    clearTimeout(told.get(key)?.newer)
    return told.delete(key)
  }

  function takeAway(key: string): void {
    if (forget(key)) close(key)
  }

  function tellEnd(stack: string, incident: IncidentView): void {
    const key = keyOf(stack, incident)
    forget(key)
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
      const waited = waiting.get(key)
      waiting.delete(key)
      const quiet = waited?.hushed === true || silentUntil(incident) > now()
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
    if (underOperationUntil(stack, incident) > now()) {
      const anew = !before || change === 'worsened' || waiting.get(key)?.anew === true
      waiting.set(key, { stack, id: incident.id, anew, hushed: false })
      wakeInTime()
      return
    }
    waiting.delete(key)
    if (!before && disturbance(incident) === 'never') return
    if (!before || change === 'worsened') {
      tell(stack, incident, endedJustNow)
      return
    }
    // Who has taken the notice away has read it; only what got worse brings it back.
    if (!before.showing || before.text === textOf(stack, incident)) return
    const stands = before.at + wordsStandMs - now()
    if (stands <= 0) tell(stack, incident)
    else before.newer ??= setTimeout(() => tellNewest(stack, incident.id, before), stands).unref()
  }

  function textOf(stack: string, incident: IncidentView): string {
    const status = sentinel.mirror().stacks.find((one) => one.stack === stack)
    const { title, body } = noticeOf(stack, incident, status, sentinel.mirror().demo)
    return title + body
  }

  function tellNewest(stack: string, id: string, before: Told): void {
    delete before.newer
    const incident = firingOne(stack, id)
    if (incident && before.showing) onChange({ stack, incident, change: 'updated' })
  }

  const firingOne = (stack: string, id: string): IncidentView | undefined =>
    sentinel
      .mirror()
      .stacks.find((one) => one.stack === stack)
      ?.incidents.find((one) => one.id === id && one.status === 'firing')

  /** Its notice goes; it waits for the end of the quiet. */
  function hush(stack: string, incident: IncidentView): void {
    const key = keyOf(stack, incident)
    const before = told.get(key)
    waiting.set(key, { stack, id: incident.id, anew: true, hushed: true })
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
    for (const [key, { stack, id, anew }] of waiting) {
      const incident = firingOne(stack, id)
      if (!incident) waiting.delete(key)
      else if (mayBeToldAt(stack, incident) <= now()) {
        waiting.delete(key)
        const before = told.get(key)
        const isNews = before?.showing ? before.text !== textOf(stack, incident) : anew
        if (isNews && disturbance(incident) !== 'never') tell(stack, incident)
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
        incidents
          .filter((incident) => waiting.has(keyOf(stack ?? '', incident)))
          .map((incident) => mayBeToldAt(stack ?? '', incident)),
      )
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
    for (const key of told.keys()) forget(key)
  }
}

function minutesOfTheDay(at: number): number {
  const clock = new Date(at)
  return clock.getHours() * 60 + clock.getMinutes()
}
