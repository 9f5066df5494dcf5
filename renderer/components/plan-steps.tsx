import type { OperationView, PlanProposal } from '../../shared/ipc/contract.ts'
import { StepIcon } from './icons.tsx'

type ProposedStep = (PlanProposal & { kind: 'plan' })['steps'][number]

const sentenceCase = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** What would be done, and why, one line a step. */
export function ProposedSteps({ steps }: { steps: readonly ProposedStep[] }) {
  return (
    <ol className="steps">
      {steps.map((step, index) => (
        <li key={`${step.kind} ${step.what}`} className="step">
          <span className="step-number">{index + 1}</span>
          <div className="step-words">
            <p className="step-what">{sentenceCase(step.what)}</p>
            <p className="step-cause">{step.cause}</p>
          </div>
          <span className="step-kind">{step.kind}</span>
        </li>
      ))}
    </ol>
  )
}

export type RunningStep = OperationView['steps'][number]

/** How far it is. `timeOf` words a step's time; the state stands beside its shape. */
export function RunningSteps(props: {
  steps: readonly RunningStep[]
  timeOf: (step: RunningStep) => string
}) {
  return (
    <ol className="steps" aria-label="Steps">
      {props.steps.map((step) => (
        <li key={`${step.kind} ${step.what}`} className={`step step-${step.state}`}>
          <StepIcon glyph={step.state} />
          <div className="step-words">
            <p className="step-what">{sentenceCase(step.what)}</p>
            {step.problem === undefined ? (
              <p className="step-cause">{step.cause}</p>
            ) : (
              <p className="step-problem">{step.problem}</p>
            )}
          </div>
          <span className="step-state">{step.state.replace('-', ' ')}</span>
          <span className="step-time">{props.timeOf(step)}</span>
        </li>
      ))}
    </ol>
  )
}
