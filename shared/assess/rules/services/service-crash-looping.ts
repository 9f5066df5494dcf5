import type { Container } from '../../../domain/container.ts'
import type { Finding } from '../../finding.ts'
import { asTime, evidence, type Situation, servicesAtHome } from '../../situation.ts'

const windowMs = 120_000
const deathsInWindow = 3

/** A service dies and is restarted again and again. */
export function serviceCrashLooping(situation: Situation): Finding[] {
  return servicesAtHome(situation).flatMap(({ service, subject, containers }): Finding[] => {
    const looping = containers.find((one) => isLooping(one, situation.now))
    if (looping === undefined) return []
    const last = looping.diedAt.at(-1)
    return [
      {
        code: 'SERVICE_CRASH_LOOPING',
        severity: 'critical',
        subject,
        sentence: `${service.name} keeps dying, expected it to stay up.`,
        evidence: evidence({
          container: looping.name,
          'last died': last === undefined ? undefined : asTime(last),
          'exit code': `${looping.exitCode}`,
          'out of memory': looping.oomKilled ? 'yes' : undefined,
          'engine says': looping.error,
          'restart policy': looping.restartPolicy,
        }),
        remedy: { kind: 'runbook', code: 'SERVICE_CRASH_LOOPING' },
      },
    ]
  })
}

/**
 * Between two deaths a look may find it running. The engine's back-off grows to a minute,
 * so a slow loop shows only two deaths in the window: then its restarts count.
 */
function isLooping({ diedAt, state, restartCount }: Container, now: number): boolean {
  if (diedAt.filter((at) => now - at <= windowMs).length >= deathsInWindow) return true
  const mayBeSlow = state === 'restarting' || diedAt.length >= deathsInWindow
  return mayBeSlow && restartCount >= deathsInWindow
}
