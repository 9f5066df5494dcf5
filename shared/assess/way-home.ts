import type { Refusal } from '../plan/plan.ts'
import { planSwitchBack } from '../plan/switch-back.ts'
import type { FindingCode, Remedy } from './finding.ts'
import type { Situation } from './situation.ts'

/**
 * The remedy for being away from home. Only the planner knows whether switching back works,
 * so a button is never offered for a plan that would be refused.
 */
export function wayHome({ observed, stack }: Situation): Remedy {
  const plan = planSwitchBack({ observed, stack, intent: { kind: 'switch-back' } })
  if (plan.ok) return { kind: 'plan', intent: plan.value.intent, label: 'Switch back' }
  const { code, offer } = plan.error
  return offer ? { kind: 'plan', ...offer } : { kind: 'runbook', code: pageOf(code) }
}

function pageOf(code: Refusal['code']): FindingCode {
  if (code === 'HOME_ENGINE_DOWN') return 'ENGINE_UNREACHABLE'
  return code === 'CANNOT_SEE' ? 'SENTINEL_BLIND' : code
}
