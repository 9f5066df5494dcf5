import { z } from 'zod'
import type { Intent } from '../domain/intent.ts'
import { dashboardSteps } from './steps/dashboard-steps.ts'
import { fileSteps } from './steps/file-steps.ts'
import { placeSteps } from './steps/place-steps.ts'
import { restoreSteps } from './steps/restore-steps.ts'
import { sampleSteps } from './steps/sample-steps.ts'
import { stackSteps } from './steps/stack-steps.ts'
import type { StepKindOf } from './steps/step-kind.ts'

/** Every kind of step there is; each has an op in `electron/act/ops/` that says how. */
const stepKinds = {
  ...placeSteps,
  ...stackSteps,
  ...fileSteps,
  ...restoreSteps,
  ...sampleSteps,
  ...dashboardSteps,
}

type StepKinds = typeof stepKinds
export type StepKind = keyof StepKinds

/** One thing to do, and why. */
export type Step = { [K in StepKind]: z.infer<StepKinds[K]['schema']> }[StepKind]

/** What a plan that was kept on disk is read back with. */
export const stepSchema = z.union(
  Object.values(stepKinds).map(({ schema }) => schema) as unknown as [
    z.ZodType<Step>,
    ...z.ZodType<Step>[],
  ],
)

export type Plan = {
  intent: Intent
  stack: string
  /** Empty when there is nothing to do. */
  steps: readonly Step[]
  /** What a person should know before saying yes. */
  warnings: readonly string[]
  /**
   * When a step fails, or somebody cancels: undo what was done at once, or leave it as it is
   * and ask whether to go on or to roll back. Short plans undo.
   */
  whenStopped?: 'roll-back' | 'ask'
  /** What a person types to say yes, where one careless click would be too little. */
  confirmWith?: string
}

/** What keeps a stack from its home; each is a finding too. */
type WayHomeCode =
  | 'CONTEXT_PINNED_BY_ENV'
  | 'CONTEXT_MISSING'
  | 'CONTEXT_CONFIG_INVALID'
  | 'HOME_ENGINE_DOWN'
  | 'ENGINE_REPLACED'
  | 'CANNOT_SEE'

/** Why there is no plan. `offer` is the intent that would work, when there is one. */
export type Refusal<Code extends string = WayHomeCode> = {
  code: Code
  sentence: string
  nextStep: string
  offer?: { intent: Intent; label: string }
}

/** What a step does, without its cause. */
export function describeStep(step: Step): string {
  const { describe } = stepKinds[step.kind] as StepKindOf<Step>
  return describe(step)
}

/**
 * The plan as text, one stable line a step with its cause. Review, CLI, journal
 * and tests all show this same text.
 */
export function renderPlan(plan: Plan): string {
  if (plan.steps.length === 0) return 'Nothing to do.'
  return plan.steps
    .map((step, index) => `${index + 1}. ${step.kind}: ${describeStep(step)} (${step.cause})`)
    .join('\n')
}
