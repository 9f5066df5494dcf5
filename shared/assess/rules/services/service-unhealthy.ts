import type { Finding } from '../../finding.ts'
import { cannotRun } from '../../healthcheck.ts'
import { evidence, type Situation, servicesAtHome } from '../../situation.ts'

/** The healthcheck of a running service ran, and says no. */
export function serviceUnhealthy(situation: Situation): Finding[] {
  return servicesAtHome(situation).flatMap(({ service, subject, containers }): Finding[] => {
    const ill = containers.find(
      (one) => one.state === 'running' && one.health === 'unhealthy' && !cannotRun(one),
    )
    if (ill === undefined) return []
    return [
      {
        code: 'SERVICE_UNHEALTHY',
        severity: 'warning',
        subject,
        sentence: `${service.name} is unhealthy, expected healthy.`,
        evidence: evidence({
          container: ill.name,
          'exit code of the check': ill.lastHealthcheck && `${ill.lastHealthcheck.exitCode}`,
          'the check says': ill.lastHealthcheck?.output.trim(),
        }),
        remedy: { kind: 'runbook', code: 'SERVICE_UNHEALTHY' },
      },
    ]
  })
}
