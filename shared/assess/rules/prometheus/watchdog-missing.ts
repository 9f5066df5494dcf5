import type { Finding } from '../../finding.ts'
import { asAge } from '../../monitoring/answers.ts'
import { asTime, evidence, type Situation } from '../../situation.ts'

/** Group waits and a slow evaluation may delay a beat; two that fail to come do not. */
const beatsMissed = 2.5

/** The alert that always fires has stopped coming: no other alert would come either. */
export function watchdogMissing({ monitoring, now }: Situation): Finding[] {
  if (monitoring?.watchdog?.status !== 'known') return []
  const { url, everySeconds, lastBeatAt, listeningSince } = monitoring.watchdog.value
  const silentFor = now - Math.max(lastBeatAt ?? 0, listeningSince)
  if (silentFor <= Math.max(60_000, beatsMissed * everySeconds * 1000)) return []
  const fact =
    lastBeatAt === undefined
      ? `has not come in ${asAge(silentFor)} of listening`
      : `has not come for ${asAge(silentFor)}`
  return [
    {
      code: 'WATCHDOG_MISSING',
      severity: 'critical',
      subject: 'watchdog:alertmanager',
      sentence: `The Watchdog alert ${fact}, expected every ${everySeconds} s.`,
      evidence: evidence({
        'received at': url,
        'last beat': lastBeatAt === undefined ? 'never' : asTime(lastBeatAt),
        'listening since': asTime(listeningSince),
      }),
      remedy: { kind: 'runbook', code: 'WATCHDOG_MISSING' },
    },
  ]
}
