import { sightAtHome } from '../../../domain/whereabouts.ts'
import type { Finding } from '../../finding.ts'
import { evidence, type Situation } from '../../situation.ts'

/** The home context leads to another engine than before: a name is no identity. */
export function engineReplaced({ observed, stack }: Situation): Finding[] {
  const { home } = stack
  const sight = sightAtHome(observed, home)
  if (sight?.engine.status !== 'known' || sight.engine.value.id === home.engineId) return []
  const there = sight.engine.value
  return [
    {
      code: 'ENGINE_REPLACED',
      severity: 'critical',
      subject: `engine:${home.engineId}`,
      sentence: `Docker context ${home.context} leads to engine ${there.id}, expected ${home.engineId}.`,
      evidence: evidence({
        expected: `${home.engineId} (${home.engineKind})`,
        there: `${there.id} (${there.kind}, ${there.operatingSystem}, ${there.version})`,
        endpoint: sight.endpoint,
        'containers there':
          sight.containers.status === 'known' ? `${sight.containers.value.length}` : undefined,
      }),
      remedy: { kind: 'runbook', code: 'ENGINE_REPLACED' },
    },
  ]
}
