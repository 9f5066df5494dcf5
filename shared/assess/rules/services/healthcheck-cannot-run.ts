import type { Finding } from '../../finding.ts'
import { cannotRun } from '../../healthcheck.ts'
import { evidence, type Situation, servicesAtHome } from '../../situation.ts'

/** The check of a running service cannot run, so nobody knows whether the service is well. */
export function healthcheckCannotRun(situation: Situation): Finding[] {
  return servicesAtHome(situation).flatMap(({ service, subject, containers }): Finding[] => {
    const unchecked = containers.find(
      (one) => one.state === 'running' && one.health !== 'healthy' && cannotRun(one),
    )
    if (unchecked === undefined) return []
    return [
      {
        code: 'HEALTHCHECK_CANNOT_RUN',
        severity: 'warning',
        subject,
        sentence: `The healthcheck of ${service.name} cannot run, so its health is not known.`,
        evidence: evidence({
          container: unchecked.name,
          image: unchecked.image,
          'exit code of the check': `${unchecked.lastHealthcheck?.exitCode}`,
          'the check says': unchecked.lastHealthcheck?.output.trim(),
        }),
        remedy: { kind: 'runbook', code: 'HEALTHCHECK_CANNOT_RUN' },
      },
    ]
  })
}
