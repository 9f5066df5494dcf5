import type { CurrentContext, DockerContexts } from '../../../domain/docker-context.ts'
import { findContext } from '../../../domain/docker-context.ts'
import {
  currentSight,
  homeEndpoint,
  homeIsDown,
  nameOfCurrent,
  standing,
} from '../../../domain/whereabouts.ts'
import type { Finding } from '../../finding.ts'
import { asTime, countAndNames, damageOf, evidence, type Situation } from '../../situation.ts'
import { wayHome } from '../../way-home.ts'

/** Plain `docker` goes to another engine than the one the stack belongs to. */
export function contextSwitched(situation: Situation): Finding[] {
  const { observed, stack, history } = situation
  if (observed.contexts.status === 'unknown') return []
  if (standing(observed, stack.home) !== 'away') return []
  const contexts = observed.contexts.value
  const { current } = contexts
  const damage = damageOf(situation)
  const away = history.changedWhileAway
  return [
    {
      code: 'CONTEXT_SWITCHED',
      severity: 'critical',
      subject: 'context:current',
      sentence: `Docker context is ${nameOfCurrent(current)}, expected ${stack.home.context}.`,
      evidence: evidence({
        cause: causeOf(situation, contexts),
        expected: `${stack.home.context} (${stack.home.endpoint})`,
        current: `${current.name} (${current.endpoint})`,
        'decided by': current.source === 'config.json' ? contexts.configFile.path : current.source,
        previous: history.previous?.name,
        since: history.current && asTime(history.current.since),
        noticed: away ? 'at start: it happened while Sentinel was not running' : undefined,
        'out of sight': countAndNames(damage.outOfSight, damage.total),
        'run elsewhere': damage.elsewhere.join(', '),
      }),
      remedy: wayHome(situation),
    },
  ]
}

function causeOf(situation: Situation, contexts: DockerContexts): string {
  const { current, configFile } = contexts
  const { stack } = situation
  if (current.source === 'DOCKER_HOST' || current.source === 'DOCKER_CONTEXT') {
    return `environment (${current.source})`
  }
  if (findContext(contexts, stack.home.context) === undefined) return 'context removed'
  if (configFile.state === 'invalid') return 'config.json cannot be parsed'
  if (desktopStopped(situation)) return 'Docker Desktop stopped'
  if (desktopStarted(situation, current)) return 'Docker Desktop started'
  return `the context was set to ${current.name} in config.json (docker context use)`
}

/** How far apart Docker Desktop's own switch and its engine's start or end may be. */
const oneEventMs = 60_000
/** By how much our sight of its switch may lag behind our sight of its end. */
const ownSwitchLagMs = 10_000

/** On shutdown Docker Desktop resets the current context to `default` (docs.docker.com, Linux). */
function desktopStopped({ observed, stack, history }: Situation): boolean {
  const { home } = stack
  if (home.engineKind !== 'docker-desktop') return false
  const engine = history.engines[homeEndpoint(observed.contexts, home)]
  if (homeIsDown(observed, home)) return atOnce(engine?.since, history)
  // It is back, and the context is not: that it was quit is still why. But its own switch comes
  // before its end; one that came well after is somebody's.
  const { stoppedAt } = engine ?? {}
  const since = history.current?.since
  return (
    stoppedAt !== undefined &&
    since !== undefined &&
    since - stoppedAt <= ownSwitchLagMs &&
    atOnce(stoppedAt, history)
  )
}

/** On startup it makes its own context the current one (docs.docker.com, Linux). */
function desktopStarted({ observed, history }: Situation, current: CurrentContext): boolean {
  const engine = currentSight(observed)?.engine
  const isDesktop =
    engine?.status === 'known'
      ? engine.value.kind === 'docker-desktop'
      : current.name === 'desktop-linux'
  const since = history.engines[current.endpoint]?.since
  return (
    isDesktop && since !== undefined && history.previous !== undefined && atOnce(since, history)
  )
}

function atOnce(since: number | undefined, { current, changedWhileAway }: Situation['history']) {
  if (since === undefined || current === undefined) return true
  const later = since - current.since
  return later >= -oneEventMs && (changedWhileAway || later <= oneEventMs)
}
