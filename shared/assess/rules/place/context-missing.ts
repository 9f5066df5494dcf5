import { type DockerContexts, findContext } from '../../../domain/docker-context.ts'
import { standing } from '../../../domain/whereabouts.ts'
import type { Finding } from '../../finding.ts'
import { evidence, type Situation } from '../../situation.ts'
import { wayHome } from '../../way-home.ts'

/** The home context is gone or unusable, or the current one does not exist. */
export function contextMissing(situation: Situation): Finding[] {
  const { observed, stack } = situation
  if (observed.contexts.status === 'unknown') return []
  const contexts = observed.contexts.value
  return [...homeMissing(situation, contexts), ...currentMissing(situation, contexts, stack.home)]
}

function homeMissing({ observed, stack }: Situation, contexts: DockerContexts): Finding[] {
  const { home } = stack
  const context = findContext(contexts, home.context)
  if (context !== undefined && context.endpoint !== '') return []
  const fault = context === undefined ? 'does not exist' : 'cannot be read'
  return [
    {
      code: 'CONTEXT_MISSING',
      severity:
        standing(observed, home) === 'home' && !isCurrent(contexts, home) ? 'warning' : 'critical',
      subject: `context:${home.context}`,
      sentence: `Docker context ${home.context} ${fault}, expected it to lead to ${home.endpoint}.`,
      evidence: evidence({
        problem: context?.problem,
        'contexts that exist': namesOf(contexts),
        'looked in': contexts.configDirectory,
      }),
      remedy: { kind: 'runbook', code: 'CONTEXT_MISSING' },
    },
  ]
}

function currentMissing(
  situation: Situation,
  contexts: DockerContexts,
  home: Situation['stack']['home'],
): Finding[] {
  const { current } = contexts
  if (current.exists || current.source === 'DOCKER_HOST' || isCurrent(contexts, home)) return []
  return [
    {
      code: 'CONTEXT_MISSING',
      severity: 'critical',
      subject: 'context:current',
      sentence: `Docker context ${current.name} does not exist, expected ${home.context}.`,
      evidence: evidence({
        'decided by': current.source,
        'contexts that exist': namesOf(contexts),
        consequence: 'every docker command fails',
      }),
      remedy: wayHome(situation),
    },
  ]
}

const isCurrent = ({ current }: DockerContexts, home: { context: string }): boolean =>
  current.name === home.context

const namesOf = ({ contexts }: DockerContexts): string =>
  contexts.map((context) => context.name).join(', ')
