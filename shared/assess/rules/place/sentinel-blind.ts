import { homeSight, isDown, sightAtHome } from '../../../domain/whereabouts.ts'
import type { Finding } from '../../finding.ts'
import type { Situation } from '../../situation.ts'

/** Something that a verdict needs cannot be seen. Not seeing is said, never taken for health. */
export function sentinelBlind({ observed, stack }: Situation): Finding[] {
  const findings: Finding[] = []
  if (observed.contexts.status === 'unknown') {
    findings.push(
      blind('context:current', 'the Docker contexts', observed.contexts.failure.message),
    )
  } else if (observed.contexts.value.configFile.state === 'unreadable') {
    const { path, problem } = observed.contexts.value.configFile
    findings.push(blind('context:current', path, problem ?? 'it cannot be read'))
  }
  const atHome = homeSight(observed, stack.home) ?? sightAtHome(observed, stack.home)
  const subject = `engine:${stack.home.engineId}`
  const engine = `the home engine behind ${stack.home.context}`
  if (atHome === undefined) {
    findings.push(blind(subject, engine, 'no context leads there, or nobody has looked yet'))
  } else if (atHome.engine.status === 'unknown') {
    if (!isDown(atHome.engine)) findings.push(blind(subject, engine, atHome.engine.failure.message))
  } else if (atHome.containers.status === 'unknown') {
    const what = `the containers on ${stack.home.context}`
    const inside = `containers:${stack.home.engineId}`
    findings.push(blind(inside, what, atHome.containers.failure.message))
  }
  return findings
}

const blind = (subject: string, what: string, why: string): Finding => ({
  code: 'SENTINEL_BLIND',
  severity: 'unknown',
  subject,
  sentence: `Sentinel cannot see ${what}, expected to.`,
  evidence: { failure: why },
  remedy: { kind: 'runbook', code: 'SENTINEL_BLIND' },
})
