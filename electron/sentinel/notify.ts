import type { Intent } from '../../shared/domain/intent.ts'
import type { IncidentView } from '../../shared/ipc/status.ts'
import type { Notice, Notifier } from '../adapters/notifications/notifier.ts'
import { carryOut, type Outcome } from './carry-out.ts'
import { noticeOf, recoveryOf } from './notice-text.ts'
import type { IncidentChange, Sentinel } from './surface.ts'

export type NotifyParts = {
  sentinel: Sentinel
  notifier: Notifier
  /** A click on the notice itself: show the plan of this stack, where there is a window. */
  review: (stack: string) => void
  /** Nobody could be reached; the incident is still on the screen and in the timeline. */
  onProblem?: (sentence: string) => void
  now?: () => number
}

type Told = { showing: boolean; text: string }

/**
 * One notice for an incident, replaced while it lasts, and one for its end. Nothing while
 * the incident is snoozed or its owner is moving; what is still wrong then is told afterwards.
 */
export function notifyOfIncidents(parts: NotifyParts): () => void {
  const { sentinel, notifier, now = Date.now } = parts
  const told = new Map<string, Told>()
  const waiting = new Map<string, string>()
  let wake: NodeJS.Timeout | undefined
  let last: Promise<unknown> = Promise.resolve()

  /** One after the other, so that an end never overtakes its beginning. */
  function show(notice: Notice): void {
    last = last.then(() => notifier.show(notice)).catch((error) => parts.onProblem?.(String(error)))
  }

  function close(key: string): void {
    last = last.then(() => notifier.close(key)).catch(() => {})
  }

  function quietUntil(incident: IncidentView): number {
    const moving = sentinel.mirror().movingUntil
    return Math.max(
      moving === null ? 0 : Date.parse(moving),
      incident.snoozedUntil === undefined ? 0 : Date.parse(incident.snoozedUntil),
    )
  }

  function tell(stack: string, incident: IncidentView): void {
    const status = sentinel.mirror().stacks.find((one) => one.stack === stack)
    const words = noticeOf(stack, incident, status, sentinel.mirror().demo)
    const entry: Told = { showing: true, text: words.title + words.body }
    told.set(incident.id, entry)
    show({
      ...words,
      key: incident.id,
      onAction: (action) => perform(action, stack, incident),
      onClosed: () => {
        entry.showing = false
      },
    })
  }

  function perform(action: string, stack: string, { id, remedy }: IncidentView): void {
    if (action === 'snooze') void sentinel.snooze(id, '1h').catch(() => {})
    else if (
      action === 'remedy' &&
      remedy.kind === 'plan' &&
      remedy.intent.kind === 'switch-back'
    ) {
      void carryOut(sentinel, stack, remedy.intent as Intent).then((outcome) =>
        report(id, outcome, stack),
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

  function onChange({ stack, incident, change }: IncidentChange): void {
    const before = told.get(incident.id)
    if (change === 'resolved') {
      const quiet = waiting.delete(incident.id) || quietUntil(incident) > now()
      told.delete(incident.id)
      close(`${incident.id}:outcome`)
      if (before && quiet) close(incident.id)
      else if (before) {
        const words = recoveryOf(stack, incident, sentinel.mirror().demo)
        show({ ...words, key: incident.id, onAction: () => parts.review(stack) })
      }
      return
    }
    if (quietUntil(incident) > now()) {
      waiting.set(incident.id, stack)
      if (before?.showing) close(incident.id)
      wakeInTime()
      return
    }
    waiting.delete(incident.id)
    if (!before || change === 'worsened') {
      tell(stack, incident)
      return
    }
    // Who has taken the notice away has read it; only what got worse brings it back.
    const status = sentinel.mirror().stacks.find((one) => one.stack === stack)
    const words = noticeOf(stack, incident, status, sentinel.mirror().demo)
    if (before.showing && before.text !== words.title + words.body) tell(stack, incident)
  }

  function tellWhatWaited(): void {
    for (const [id, stack] of waiting) {
      const status = sentinel.mirror().stacks.find((one) => one.stack === stack)
      const incident = status?.incidents.find((one) => one.id === id && one.status === 'firing')
      if (!incident) waiting.delete(id)
      else if (quietUntil(incident) <= now()) {
        waiting.delete(id)
        tell(stack, incident)
      }
    }
    wakeInTime()
  }

  function wakeInTime(): void {
    clearTimeout(wake)
    wake = undefined
    const incidents = sentinel.mirror().stacks.flatMap((status) => status.incidents)
    const ends = incidents.filter(({ id }) => waiting.has(id)).map(quietUntil)
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
    if (waiting.size > 0) tellWhatWaited()
  })
  return () => {
    stopIncidents()
    stopMirror()
    clearTimeout(wake)
  }
}
