import type { Finding, HeldFinding } from '../../shared/assess/finding.ts'
import { remember } from '../../shared/assess/history.ts'
import type { Situation } from '../../shared/assess/situation.ts'
import type { Container } from '../../shared/domain/container.ts'
import { emptyHistory } from '../../shared/domain/history.ts'
import type { ObservedState } from '../../shared/domain/observed-state.ts'
import {
  allBut,
  anObservedState,
  aStack,
  desktopWith,
  nativeWith,
  noon,
  second,
} from './a-world.ts'

/** Nothing is wrong, and it has been so for as long as anybody knows. */
export function aSituation(different: Partial<Situation> = {}): Situation {
  const observed = different.observed ?? anObservedState()
  return {
    observed,
    stack: aStack(),
    history: remember(emptyHistory, observed, noon),
    now: noon,
    ...different,
  }
}

/** These states were seen one after the other, ten seconds apart, the last one now. */
export function afterSeeing(...states: readonly ObservedState[]): Situation {
  let history = emptyHistory
  let now = noon - (states.length - 1) * 10 * second
  for (const observed of states) {
    history = remember(history, observed, now)
    now += 10 * second
  }
  return aSituation({ observed: states.at(-1) ?? anObservedState(), history })
}

/** All is well but for the one container of a service. */
export function withService(service: string, different: Partial<Container>): Situation {
  const observed = anObservedState({
    engines: [desktopWith(allBut(service, different)), nativeWith()],
  })
  return aSituation({ observed })
}

export function aFinding(different: Partial<Finding> = {}): Finding {
  return {
    code: 'SERVICE_STOPPED',
    severity: 'critical',
    subject: 'service:odin/grafana',
    sentence: 'grafana is exited, expected running.',
    evidence: {},
    remedy: { kind: 'none' },
    ...different,
  }
}

export function aHeldFinding(different: Partial<HeldFinding> = {}): HeldFinding {
  return { ...aFinding(), status: 'firing', since: noon, firedAt: noon, ...different }
}
