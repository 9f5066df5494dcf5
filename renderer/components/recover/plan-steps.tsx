import type { ReactNode } from 'react'
import type { OperationView, PlanProposal } from '../../../shared/ipc/contract.ts'
import { StepIcon } from '../icons.tsx'

type ProposedStep = (PlanProposal & { kind: 'plan' })['steps'][number]

const sentenceCase = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

export type StepGroupLine = {
  title: string
  steps: readonly { number: number; step: ProposedStep }[]
}

/** What would be done, and why, under what it is about. `more` says more of a step. */
export function ProposedSteps(props: {
  groups: readonly StepGroupLine[]
  more: (step: ProposedStep) => ReactNode
}) {
  return (
    <div className="step-groups">
      {props.groups.map((group) => (
        <section key={group.steps[0]?.number} className="step-group" aria-label={group.title}>
          <h2 className="step-topic">{group.title}</h2>
          <ol className="steps" start={group.steps[0]?.number}>
            {group.steps.map(({ number, step }) => (
              <li key={number} className="step">
                <span className="step-number">{number}</span>
                <div className="step-words">
                  <p className="step-what">{sentenceCase(step.what)}</p>
                  <p className="step-cause">{step.cause}</p>
                  {step.lines !== undefined && (
                    <ul className="step-lines">
                      {step.lines.map((line) => (
                        <li key={line}>{line}</li>
                      ))}
                    </ul>
                  )}
                  {props.more(step)}
                </div>
              </li>
            ))}
          </ol>
        </section>
      ))}
    </div>
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
      {props.steps.map((step, index) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: the steps of a plan never change places
          key={index}
          className={`step step-${step.state}`}
          {...(step.state === 'running' && { 'aria-current': 'step' as const })}
        >
          <StepIcon glyph={step.state} />
          <div className="step-words">
            <p className="step-what">{sentenceCase(step.what)}</p>
            {step.problem === undefined ? (
              <p className="step-cause">{step.cause}</p>
            ) : (
              <p className="step-problem">{step.problem}</p>
            )}
            {remarkOf(step) !== undefined && <p className="step-remark">{remarkOf(step)}</p>}
          </div>
          <span className="step-state">{step.state.replace('-', ' ')}</span>
          <span className="step-time">{props.timeOf(step)}</span>
        </li>
      ))}
    </ol>
  )
}

/** What an op says about the step while or after it runs, where it says anything. */
const remarkOf = (step: RunningStep & { remark?: string | undefined }): string | undefined =>
  step.remark
