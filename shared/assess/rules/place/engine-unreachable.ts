import type { EngineSight } from '../../../domain/engine.ts'
import {
  currentSight,
  homeIsDown,
  isDown,
  sightAtHome,
  standing,
} from '../../../domain/whereabouts.ts'
import type { Finding } from '../../finding.ts'
import { asTime, countAndNames, damageOf, evidence, type Situation } from '../../situation.ts'

/** Nobody answers at home, which is not Docker Desktop, or where plain `docker` goes. */
export function engineUnreachable(situation: Situation): Finding[] {
  const { observed, stack } = situation
  const atHome = sightAtHome(observed, stack.home)
  const current = currentSight(observed)
  const findings: Finding[] = []
  if (atHome && stack.home.engineKind !== 'docker-desktop' && homeIsDown(observed, stack.home)) {
    const damage = damageOf(situation)
    findings.push({
      ...about(situation, atHome),
      severity: 'critical',
      sentence: `The home engine of ${stack.name} does not answer at ${atHome.endpoint}.`,
      evidence: {
        ...about(situation, atHome).evidence,
        ...evidence({ 'out of sight': countAndNames(damage.outOfSight, damage.total) }),
      },
    })
  }
  if (current && standing(observed, stack.home) === 'away' && isDown(current.engine)) {
    findings.push(about(situation, current))
  }
  return findings
}

function about({ history }: Situation, { endpoint, contexts, engine }: EngineSight): Finding {
  const since = history.engines[endpoint]?.since
  return {
    code: 'ENGINE_UNREACHABLE',
    severity: 'warning',
    subject: `engine:${endpoint}`,
    sentence: `No engine answers at ${endpoint}, where plain docker goes.`,
    evidence: evidence({
      failure: engine.status === 'unknown' ? engine.failure.message : undefined,
      contexts: contexts.join(', '),
      since: since === undefined ? undefined : asTime(since),
    }),
    remedy: { kind: 'runbook', code: 'ENGINE_UNREACHABLE' },
  }
}
