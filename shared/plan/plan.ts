import type { Intent } from '../domain/intent.ts'
import type { Home } from '../domain/stack.ts'
import { assertNever } from '../kit/assert-never.ts'

/** One thing to do, and why. Ops in `electron/act/ops/` say how; each kind has one. */
export type Step =
  /** A copy of the file goes into the operation's directory before anything touches it. */
  | { kind: 'KeepCopy'; file: string; cause: string }
  /** Start Docker Desktop's user unit. */
  | { kind: 'StartDesktop'; unit: string; cause: string }
  | { kind: 'WaitForEngine'; endpoint: string; engineId: string; seconds: number; cause: string }
  | { kind: 'SelectContext'; configDirectory: string; from: string; to: string; cause: string }
  /** The name may point elsewhere now: ask the engine for its ID. */
  | { kind: 'VerifyEngine'; endpoint: string; engineId: string; cause: string }
  /** Write another home into the stack file. */
  | { kind: 'AcceptHome'; stackFile: string; from: Home; to: Home; cause: string }

export type StepKind = Step['kind']

export type Plan = {
  intent: Intent
  stack: string
  /** Empty when there is nothing to do. */
  steps: readonly Step[]
  /** What a person should know before saying yes. */
  warnings: readonly string[]
}

/** Why there is no plan. `offer` is the intent that would work, when there is one. */
export type Refusal = {
  code:
    | 'CONTEXT_PINNED_BY_ENV'
    | 'CONTEXT_MISSING'
    | 'CONTEXT_CONFIG_INVALID'
    | 'HOME_ENGINE_DOWN'
    | 'ENGINE_REPLACED'
    | 'CANNOT_SEE'
  sentence: string
  nextStep: string
  offer?: { intent: Intent; label: string }
}

/** What a step does, without its cause. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case 'KeepCopy':
      return `keep a copy of ${step.file}`
    case 'StartDesktop':
      return `start ${step.unit} of this user`
    case 'WaitForEngine':
      return `wait up to ${step.seconds} s for the engine at ${step.endpoint}`
    case 'SelectContext':
      return `set the Docker context from ${step.from} to ${step.to}`
    case 'VerifyEngine':
      return `ask ${step.endpoint} whether it is engine ${step.engineId}`
    case 'AcceptHome':
      return `make ${step.to.context} the home in ${step.stackFile} instead of ${step.from.context}`
    default:
      return assertNever(step)
  }
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
