import { standing } from '../../../domain/whereabouts.ts'
import type { Finding } from '../../finding.ts'
import { evidence, type Situation } from '../../situation.ts'

/** A variable leads away from home, so that no write to config.json would change anything. */
export function contextPinnedByEnv({ observed, stack }: Situation): Finding[] {
  if (observed.contexts.status === 'unknown') return []
  const { current, configFile, environment } = observed.contexts.value
  if (current.source !== 'DOCKER_HOST' && current.source !== 'DOCKER_CONTEXT') return []
  if (standing(observed, stack.home) === 'home') return []
  const leadsTo = current.source === 'DOCKER_HOST' ? current.endpoint : current.name
  return [
    {
      code: 'CONTEXT_PINNED_BY_ENV',
      severity: 'critical',
      subject: 'context:current',
      sentence: `${current.source} is ${leadsTo}, expected ${stack.home.context} or nothing.`,
      evidence: evidence({
        DOCKER_HOST: environment.dockerHost,
        DOCKER_CONTEXT: environment.dockerContext,
        'without it': configFile.currentContext ?? 'default',
        'seen in': 'the environment of Sentinel; a terminal may differ',
      }),
      remedy: { kind: 'runbook', code: 'CONTEXT_PINNED_BY_ENV' },
    },
  ]
}
