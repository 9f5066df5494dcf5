import { setTimeout as delay } from 'node:timers/promises'
import type { IncidentView } from '../../../shared/ipc/status.ts'
import { withoutStop } from '../../../shared/kit/without-stop.ts'
import type { AlertSink, OwnAlert } from '../../adapters/forward/alertmanager.ts'
import type { Lane } from './forward-lane.ts'

type AlertLaneParts = {
  sink: AlertSink
  firing: () => { stack: string; incident: IncidentView }[]
  machine: string
  resendMs: number
  retryAfterMs: readonly number[]
  onProblem: (sentence: string) => void
  now: () => number
}

/** As Prometheus does: an alert that has not been sent again for so long has ended. */
const endsAfterResends = 4
const lastWordsMs = 2_000

/**
 * Keeps an Alertmanager to what is firing now: everything is sent at each change and again while
 * it lasts. An alert is known by its labels, so one that got worse ends, and another begins.
 */
export function alertLane(parts: AlertLaneParts): Lane {
  const { sink, now } = parts
  const closing = new AbortController()
  const ended = new AbortController()
  const told = new Map<string, OwnAlert>()
  const over = new Map<string, OwnAlert>()
  let sending: Promise<void> | undefined
  let askedAgain = false
  let fails = false

  const iso = (at: number) => new Date(at).toISOString()

  function alertOf(stack: string, incident: IncidentView): OwnAlert {
    const [root = ''] = incident.findings
    return {
      labels: {
        alertname: incident.cause,
        severity: incident.severity,
        stack,
        subject: root.slice(root.indexOf('@') + 1),
        machine: parts.machine,
        source: 'odin-sentinel',
      },
      annotations: { summary: incident.sentence, findings: incident.findings.join(', ') },
      startsAt: incident.since,
      endsAt: iso(now() + endsAfterResends * parts.resendMs),
    }
  }

  /** What is firing now and what has ended since Alertmanager was last told. */
  function whole(): OwnAlert[] {
    const firing = new Map(
      parts.firing().map(({ stack, incident }) => {
        const alert = alertOf(stack, incident)
        return [JSON.stringify(alert.labels), alert]
      }),
    )
    for (const [key, alert] of told) {
      if (!firing.has(key)) over.set(key, { ...alert, endsAt: iso(now()) })
    }
    told.clear()
    for (const [key, alert] of firing) {
      told.set(key, alert)
      over.delete(key)
    }
    return [...firing.values(), ...over.values()]
  }

  async function sync(): Promise<void> {
    do {
      askedAgain = false
      for (const waitMs of [0, ...parts.retryAfterMs]) {
        if (waitMs > 0) await pause(waitMs)
        if (waitMs > 0 && closing.signal.aborted) return
        if (await sentWhole()) break
      }
    } while (askedAgain && !closing.signal.aborted)
  }

  async function sentWhole(): Promise<boolean> {
    askedAgain = false
    const alerts = whole()
    const ending = [...over]
    if (alerts.length === 0) return true
    try {
      await sink.send(alerts, ended.signal)
    } catch (error) {
      if (!fails && !ended.signal.aborted) {
        parts.onProblem(`Incidents cannot be forwarded: ${withoutStop((error as Error).message)}.`)
      }
      fails = true
      return false
    }
    for (const [key, alert] of ending) if (over.get(key) === alert) over.delete(key)
    if (fails) parts.onProblem(`Incidents are forwarded again to ${sink.at}.`)
    fails = false
    return true
  }

  const pause = (milliseconds: number) =>
    delay(milliseconds, undefined, { signal: closing.signal, ref: false }).catch(() => {})

  function begin(): void {
    askedAgain = true
    sending ??= sync().finally(() => {
      sending = undefined
    })
  }

  const again = setInterval(begin, parts.resendMs)
  again.unref()
  begin()

  return {
    told: begin,
    async stop() {
      clearInterval(again)
      closing.abort()
      const limit = setTimeout(() => ended.abort(), lastWordsMs)
      await sending
      clearTimeout(limit)
    },
  }
}
