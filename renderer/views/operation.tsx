import { useCallback } from 'react'
import type { OperationView } from '../../shared/ipc/contract.ts'
import type { Health } from '../../shared/ipc/status.ts'
import { Button } from '../components/button.tsx'
import { StateIcon, StepIcon } from '../components/icons.tsx'
import { RunningSteps } from '../components/plan-steps.tsx'
import type { Actions } from '../store/actions.ts'
import { exactClockWords, stepTimeWords } from '../store/wording.ts'
import { useKey } from './use-key.ts'
import { useNow } from './use-now.ts'

type Outcome = OperationView['outcome']

const outcomeWords: Record<Outcome, string> = {
  running: 'Running',
  done: 'Done',
  'rolled-back': 'Rolled back',
  'needs-attention': 'Needs attention',
  cancelled: 'Cancelled',
  stopped: 'Stopped',
}

const outcomeStates: Record<Exclude<Outcome, 'running'>, Health | 'info'> = {
  done: 'ok',
  'rolled-back': 'warning',
  'needs-attention': 'critical',
  cancelled: 'info',
  stopped: 'warning',
}

function Steps({ operation }: { operation: OperationView }) {
  const running = operation.outcome === 'running'
  const now = useNow(running ? 0.5 : null)
  const spent = operation.steps.reduce((sum, step) => sum + (step.milliseconds ?? 0), 0)
  return (
    <RunningSteps
      steps={operation.steps}
      timeOf={(step) => {
        if (step.milliseconds !== undefined) return stepTimeWords(step.milliseconds)
        if (step.state !== 'running') return ''
        const began = step.startedAt ?? operation.startedAt
        const before = step.startedAt === undefined ? spent : 0
        const since = Math.max(0, now - Date.parse(began) - before)
        return `${Math.floor(since / 1000)} s`
      }}
    />
  )
}

/** Main says a sentence once there is something to say. */
function progressWords({ steps }: OperationView): string {
  const at = steps.findIndex((step) => step.state === 'running')
  return at < 0 ? 'Starting.' : `Step ${at + 1} of ${steps.length}.`
}

export type OperationProps = {
  operation: OperationView | undefined
  actions: Actions
}

export function Operation({ operation, actions }: OperationProps) {
  const back = useCallback(() => actions.show('overview'), [actions])
  useKey('Escape', back)
  if (operation === undefined) {
    return (
      <section className="sheet" aria-label="Operation">
        <p className="waiting" role="status">
          Starting.
        </p>
      </section>
    )
  }
  const { outcome } = operation
  const took =
    operation.finishedAt === undefined
      ? undefined
      : Date.parse(operation.finishedAt) - Date.parse(operation.startedAt)
  return (
    <section className="sheet" aria-label="Operation">
      <header className="sheet-head">
        <p className="label">
          {outcomeWords[outcome]} · {operation.stack} · began {exactClockWords(operation.startedAt)}
          {took !== undefined && ` · took ${stepTimeWords(took)}`}
        </p>
        <h1>{operation.title}</h1>
        <p className="outcome" role={outcome === 'needs-attention' ? 'alert' : 'status'}>
          {outcome === 'running' ? (
            <StepIcon glyph="running" />
          ) : (
            <StateIcon state={outcomeStates[outcome]} size={20} />
          )}
          <span>{operation.sentence || progressWords(operation)}</span>
        </p>
      </header>
      <Steps operation={operation} />
      <footer className="sheet-foot">
        {outcome === 'running' ? (
          <>
            <Button onPress={() => void actions.cancelOperation()}>Cancel and undo</Button>
            <Button look="quiet" onPress={back}>
              Leave it running <kbd>Esc</kbd>
            </Button>
          </>
        ) : (
          <Button look="primary" first onPress={back}>
            Back to overview
          </Button>
        )}
      </footer>
    </section>
  )
}
