import type { OperationView } from '../../shared/ipc/contract.ts'
import { byHand } from '../../shared/plan/by-hand.ts'
import { describeStep, type Plan } from '../../shared/plan/plan.ts'
import type { Outcome } from './journal.ts'
import type { PlanFile } from './plan-file.ts'

type StepView = OperationView['steps'][number]
export type OnProgress = (view: OperationView) => void

/** The face of a running operation: every change is told as a whole new view. */
export type Progress = {
  step(index: number, change: Partial<StepView>): void
  stateOf(index: number): StepView['state'] | undefined
  say(sentence: string): void
  end(outcome: Outcome | 'stopped', sentence: string): OperationView
}

/** What of an operation is shown. */
type Shown = Pick<PlanFile, 'id' | 'title' | 'startedAt'> & {
  plan: Pick<Plan, 'stack' | 'steps' | 'whenStopped'>
  directory?: string
}

export function progressOf(file: Shown, tell: OnProgress, now: () => number): Progress {
  const began = new Map<number, number>()
  let view: OperationView = {
    id: file.id,
    title: file.title,
    stack: file.plan.stack,
    startedAt: file.startedAt,
    outcome: 'running',
    sentence: '',
    ...(file.plan.whenStopped && { whenStopped: file.plan.whenStopped }),
    ...(file.directory !== undefined && { directory: file.directory }),
    steps: file.plan.steps.map((step) => ({
      kind: step.kind,
      what: describeStep(step),
      cause: step.cause,
      state: 'waiting',
    })),
  }

  function change(next: Partial<OperationView>): OperationView {
    view = { ...view, ...next }
    tell(view)
    return view
  }

  function withTime(index: number, changed: Partial<StepView>): Partial<StepView> {
    if (changed.state === 'running') {
      began.set(index, now())
      return { ...changed, startedAt: new Date(now()).toISOString() }
    }
    const since = began.get(index)
    const finished = changed.state === 'done' || changed.state === 'failed'
    return finished && since !== undefined ? { ...changed, milliseconds: now() - since } : changed
  }

  return {
    step(index, changed) {
      const timed = withTime(index, changed)
      change({
        steps: view.steps.map((step, at) => (at === index ? { ...step, ...timed } : step)),
      })
    },
    stateOf: (index) => view.steps[index]?.state,
    say: (sentence) => void change({ sentence }),
    end(outcome, sentence) {
      // What may still be gone on with waits; what is over is over.
      const left = outcome === 'stopped' ? 'waiting' : 'skipped'
      const steps = view.steps.map((step, index): StepView => {
        const state = step.state === 'waiting' ? left : step.state
        const planned = file.plan.steps[index]
        if (outcome === 'done' || state === 'done' || !planned) return { ...step, state }
        return { ...step, state, byHand: byHand(planned) }
      })
      return change({ outcome, sentence, steps, finishedAt: new Date(now()).toISOString() })
    },
  }
}
