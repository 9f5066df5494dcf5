import type { Situation } from '../../shared/assess/situation.ts'
import type { Intent } from '../../shared/domain/intent.ts'
import type { PlanProposal } from '../../shared/ipc/contract.ts'
import { assertNever } from '../../shared/kit/assert-never.ts'
import type { Result } from '../../shared/kit/result.ts'
import { planKeepHere } from '../../shared/plan/keep-here.ts'
import type { Plan, Refusal } from '../../shared/plan/plan.ts'
import { confirmWordOf, faceOfStep, touchOf } from '../../shared/plan/plan-face.ts'
import { planSwitchBack } from '../../shared/plan/switch-back.ts'
import type { ChoicesOfFiles, FileChoices } from './recover/file-choices.ts'
import type { PlanRecovery } from './recover/plan-recovery.ts'
import type { PlanRestore } from './restore/plan-restore.ts'

/** Proposals older than the newest few are forgotten: their world is gone. */
const remembered = 20

/** Those that have to look at more than what is observed. */
type Planners = {
  planRecovery: PlanRecovery
  planRestore: PlanRestore
  choicesOfFiles: ChoicesOfFiles
}

type Proposals = {
  propose(situation: Situation, stackFile: string, intent: Intent): Promise<PlanProposal>
  /** The plan that somebody approved, or undefined when it is not known any more. */
  approved(hash: string): Plan | undefined
}

/** Plans that were shown, by the hash of what was shown: only these can be carried out. */
export function proposals(hashOf: (plan: Plan) => string, planners: Planners): Proposals {
  const shown = new Map<string, Plan>()
  return {
    async propose(situation, stackFile, intent) {
      const [planned, filesFrom] = await Promise.all([
        planFor(situation, stackFile, intent, planners),
        intent.kind === 'recover' ? planners.choicesOfFiles(situation, intent) : undefined,
      ])
      if (!planned.ok) return refusalView(planned.error)
      const hash = hashOf(planned.value)
      shown.delete(hash)
      shown.set(hash, planned.value)
      for (const oldest of [...shown.keys()].slice(0, -remembered)) shown.delete(oldest)
      return planView(planned.value, hash, filesFrom)
    },
    approved: (hash) => shown.get(hash),
  }
}

async function planFor(
  situation: Situation,
  stackFile: string,
  intent: Intent,
  planners: Planners,
): Promise<Result<Plan, Refusal<string>>> {
  const { observed, stack } = situation
  switch (intent.kind) {
    case 'switch-back':
      return planSwitchBack({ observed, stack, intent })
    case 'keep-here':
      return planKeepHere({ observed, stack, stackFile })
    case 'recover':
      return planners.planRecovery(situation, intent)
    case 'restore':
    case 'undo-restore':
      return planners.planRestore(situation, intent)
    default:
      return assertNever(intent)
  }
}

/** What a plan is called on a button, in a journal and in the timeline. */
export function planTitle({ intent, steps, stack }: Plan): string {
  if (intent.kind === 'keep-here') return `Keep ${stack} where the context leads now`
  if (intent.kind === 'recover') return `Recover ${stack}`
  if (intent.kind === 'restore') return `Restore ${intent.only?.join(', ') ?? stack}`
  if (intent.kind === 'undo-restore') return `Undo the restore of ${stack}`
  const selected = steps.find((step) => step.kind === 'SelectContext')
  return selected ? `Switch back to ${selected.to}` : 'Switch back'
}

/** What was edited in Grafana elsewhere, and whether this plan imports it. */
function dashboardsIn({ steps }: Plan): { titles: string[]; carried: boolean } | undefined {
  const titles = steps.flatMap((step) => (step.kind === 'SaveDashboards' ? step.offered : []))
  if (titles.length === 0) return undefined
  return { titles, carried: steps.some(({ kind }) => kind === 'CarryDashboards') }
}

function planView(plan: Plan, hash: string, filesFrom: FileChoices | undefined): PlanProposal {
  const confirmWith = confirmWordOf(plan)
  const dashboards = dashboardsIn(plan)
  return {
    kind: 'plan',
    hash,
    title: planTitle(plan),
    steps: plan.steps.map(faceOfStep),
    warnings: [...plan.warnings],
    ...(filesFrom && { filesFrom }),
    ...(dashboards && { dashboards }),
    touch: touchOf(plan),
    ...(plan.whenStopped && { whenStopped: plan.whenStopped }),
    ...(confirmWith !== undefined && { confirmWith }),
  }
}

const refusalView = ({ code, sentence, nextStep, offer }: Refusal<string>): PlanProposal => ({
  kind: 'refusal',
  code,
  sentence,
  nextStep,
  ...(offer && { offer }),
})
