import { isUp } from '../../../domain/whereabouts.ts'
import type { Finding } from '../../finding.ts'
import { asTime, evidence, type Situation, servicesAtHome } from '../../situation.ts'

/** The kernel killed a service for its memory. */
export function serviceOomKilled(situation: Situation): Finding[] {
  return servicesAtHome(situation).flatMap(({ service, subject, containers }): Finding[] => {
    const killed = containers.find((one) => one.oomKilled)
    if (killed === undefined) return []
    const up = isUp(killed)
    return [
      {
        code: 'SERVICE_OOM_KILLED',
        severity: up ? 'warning' : 'critical',
        subject,
        sentence: `${service.name} was killed for its memory${up ? ' and is up again' : ''}, expected it to stay up.`,
        evidence: evidence({
          container: killed.name,
          state: killed.state,
          'exit code': `${killed.exitCode}`,
          'stopped at': killed.finishedAt === undefined ? undefined : asTime(killed.finishedAt),
          restarts: `${killed.restartCount}`,
        }),
        remedy: { kind: 'runbook', code: 'SERVICE_OOM_KILLED' },
      },
    ]
  })
}
