import { homeIsDown, sightAtHome } from '../../../domain/whereabouts.ts'
import type { Finding } from '../../finding.ts'
import { asTime, countAndNames, damageOf, evidence, type Situation } from '../../situation.ts'
import { wayHome } from '../../way-home.ts'

/** Home is Docker Desktop, and it does not run. */
export function desktopStopped(situation: Situation): Finding[] {
  const { observed, stack, history } = situation
  const { home } = stack
  if (home.engineKind !== 'docker-desktop' || !homeIsDown(observed, home)) return []
  const sight = sightAtHome(observed, home)
  const cure = wayHome(situation)
  const damage = damageOf(situation)
  const since = sight && history.engines[sight.endpoint]?.since
  return [
    {
      code: 'DESKTOP_STOPPED',
      severity: 'critical',
      subject: `engine:${home.engineId}`,
      sentence: `Docker Desktop does not run, expected it to run ${stack.name}.`,
      evidence: evidence({
        failure: sight?.engine.status === 'unknown' ? sight.engine.failure.message : undefined,
        endpoint: sight?.endpoint,
        since: since === undefined ? undefined : asTime(since),
        'out of sight': countAndNames(damage.outOfSight, damage.total),
        'run elsewhere': damage.elsewhere.join(', '),
      }),
      remedy: cure.kind === 'plan' ? cure : { kind: 'runbook', code: 'DESKTOP_STOPPED' },
    },
  ]
}
