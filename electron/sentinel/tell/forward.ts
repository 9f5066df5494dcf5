import type { IncidentView } from '../../../shared/ipc/status.ts'
import type { ForwardChoices } from '../../../shared/settings/settings.ts'
import { alertSink } from '../../adapters/forward/alertmanager.ts'
import { ntfy } from '../../adapters/forward/ntfy.ts'
import { webhook } from '../../adapters/forward/webhook.ts'
import type { Sentinel } from '../surface.ts'
import { alertLane } from './forward-alerts.ts'
import type { Lane } from './forward-lane.ts'
import { messageLane } from './forward-messages.ts'

export type ForwardParts = {
  sentinel: Pick<Sentinel, 'onIncident' | 'mirror'>
  choices: ForwardChoices
  /** Host name of this machine. */
  machine: string
  /** Somebody cannot be told, once; and that they can again. */
  onProblem?: (sentence: string) => void
  /** How long to wait before each further attempt; then the message is given up. */
  retryAfterMs?: readonly number[]
  /** How often Alertmanager is told again of what is still firing. */
  resendMs?: number
  now?: () => number
}

const usualRetryAfterMs = [1_000, 5_000, 30_000, 120_000]

/** Tells others of every incident that opens, gets worse or ends. Resolves when it has ended. */
export function forwardIncidents(parts: ForwardParts): () => Promise<void> {
  const { sentinel, choices, machine, now = Date.now } = parts
  const more = {
    retryAfterMs: parts.retryAfterMs ?? usualRetryAfterMs,
    onProblem: parts.onProblem ?? (() => {}),
  }
  const lanes: Lane[] = [
    ...(choices.webhook ? [messageLane({ messenger: webhook(choices.webhook), ...more })] : []),
    ...(choices.ntfy ? [messageLane({ messenger: ntfy(choices.ntfy), ...more })] : []),
    ...(choices.alertmanager
      ? [
          alertLane({
            sink: alertSink(choices.alertmanager),
            firing: () => firingIn(sentinel),
            machine,
            resendMs: parts.resendMs ?? 60_000,
            now,
            ...more,
          }),
        ]
      : []),
  ]
  const stopListening = sentinel.onIncident(({ change, stack, incident }) => {
    if (change === 'updated') return
    const at = new Date(now()).toISOString()
    for (const lane of lanes) lane.told({ change, stack, incident, at, machine })
  })
  return async () => {
    stopListening()
    await Promise.all(lanes.map((lane) => lane.stop()))
  }
}

function firingIn(sentinel: Pick<Sentinel, 'mirror'>): { stack: string; incident: IncidentView }[] {
  return sentinel
    .mirror()
    .stacks.flatMap(({ stack, incidents }) =>
      stack === null
        ? []
        : incidents
            .filter(({ status }) => status === 'firing')
            .map((incident) => ({ stack, incident })),
    )
}
