import type { Finding } from '../../finding.ts'
import { changedFiles } from '../../monitoring/drifted-files.ts'
import { asTime, evidence, type Situation, servicesAtHome } from '../../situation.ts'

const configHash = 'com.docker.compose.config-hash'

/** Compose or env files changed, or a container was made from other settings than accepted. */
export const composeDrift = (situation: Situation): Finding[] => [
  ...changedFiles(situation, ['compose', 'env'], 'COMPOSE_DRIFT'),
  ...recreated(situation),
]

function recreated(situation: Situation): Finding[] {
  const { baseline } = situation
  if (baseline === undefined || situation.monitoring === undefined) return []
  return servicesAtHome(situation).flatMap(
    ({ project, service, subject, containers }): Finding[] => {
      const accepted = baseline.configHashes[`${project}/${service.name}`]
      const other = containers.find(({ labels }) => {
        const hash = labels[configHash]
        return accepted !== undefined && hash !== undefined && hash !== accepted
      })
      if (other === undefined) return []
      return [
        {
          code: 'COMPOSE_DRIFT',
          severity: 'warning',
          subject,
          sentence: `${service.name} was made from other compose settings than were accepted, expected the same.`,
          evidence: evidence({
            container: other.name,
            made: asTime(other.createdAt),
            accepted: asTime(baseline.acceptedAt),
            // Algorithms differ between versions of compose, so another version may be all there is.
            'compose version': other.labels['com.docker.compose.version'],
          }),
          remedy: { kind: 'runbook', code: 'COMPOSE_DRIFT' },
        },
      ]
    },
  )
}
