import { servicesOf } from '../../../domain/stack.ts'
import { isUp, nameOfEngine, placesOf } from '../../../domain/whereabouts.ts'
import type { Finding } from '../../finding.ts'
import { evidence, type Situation } from '../../situation.ts'

/** The same service is up on two engines: two writers, two truths, one port. */
export function splitBrain({ observed, stack }: Situation): Finding[] {
  return servicesOf(stack).flatMap(({ project, service }): Finding[] => {
    const places = placesOf(observed, project, service.name).filter(({ container }) =>
      isUp(container),
    )
    const engines = new Set(places.map(({ sight }) => nameOfEngine(observed, sight, stack.home)))
    if (engines.size < 2) return []
    return [
      {
        code: 'SPLIT_BRAIN',
        severity: 'critical',
        subject: `service:${project}/${service.name}`,
        sentence: `${service.name} runs on ${[...engines].join(' and ')}, expected only on ${stack.home.context}.`,
        evidence: evidence(
          Object.fromEntries(
            places.map(({ sight, container }) => [
              nameOfEngine(observed, sight, stack.home),
              `${container.name}, ports ${container.portsGot.map((port) => port.hostPort).join(', ') || 'none'}`,
            ]),
          ),
        ),
        remedy: { kind: 'runbook', code: 'SPLIT_BRAIN' },
      },
    ]
  })
}
