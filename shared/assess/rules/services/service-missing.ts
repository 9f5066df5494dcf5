import { nameOfEngine, placesOf } from '../../../domain/whereabouts.ts'
import type { Finding } from '../../finding.ts'
import { evidence, type Situation, servicesAtHome } from '../../situation.ts'

/** The home engine has no container of a service, not even a stopped one. */
export function serviceMissing(situation: Situation): Finding[] {
  const { observed, stack } = situation
  return servicesAtHome(situation)
    .filter(({ service, containers }) => containers.length === 0 && service.oneShot !== true)
    .map(({ project, service, subject }) => ({
      code: 'SERVICE_MISSING',
      severity: 'critical',
      subject,
      sentence: `${service.name} has no container on ${stack.home.context}, expected it running.`,
      evidence: evidence({
        image: service.image,
        ports: service.ports.join(', '),
        'found elsewhere': placesOf(observed, project, service.name)
          .map(
            ({ sight, container }) =>
              `${container.state} on ${nameOfEngine(observed, sight, stack.home)}`,
          )
          .join(', '),
      }),
      remedy: { kind: 'runbook', code: 'SERVICE_MISSING' },
    }))
}
