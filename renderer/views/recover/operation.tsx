import { useCallback } from 'react'
import type { OpenOperationView, OperationView } from '../../../shared/ipc/contract.ts'
import type { Health } from '../../../shared/ipc/status.ts'
import { Button } from '../../components/button.tsx'
import { StateIcon, StepIcon } from '../../components/icons.tsx'
import { ByHand } from '../../components/recover/by-hand.tsx'
import { RunningSteps } from '../../components/recover/plan-steps.tsx'
import type { Actions } from '../../store/actions.ts'
import { stepsWords, type Way } from '../../store/plan-groups.ts'
import { exactClockWords, stepTimeWords } from '../../store/wording.ts'
import { useKey } from '../use-key.ts'
import { useNow } from '../use-now.ts'
import { Settling } from './settling.tsx'
import { useUndoable } from './use-undoable.ts'

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

const everyWay: readonly Way[] = ['continue', 'roll-back', 'leave']

function Steps({ operation }: { operation: OperationView }) {
  const running = operation.outcome === 'running'
  const now = useNow(running ? 0.5 : null)
  const spent = operation.steps.reduce((sum, step) => sum + (step.milliseconds ?? 0), 0)
  return (
    <RunningSteps
      steps={operation.steps}
      timeOf={(step) => {
        if (step.milliseconds !== undefined) return stepTimeWords(step.milliseconds)
        if (step.state !== 'running' || !running) return ''
        const began = step.startedAt ?? operation.startedAt
        const before = step.startedAt === undefined ? spent : 0
        const since = Math.max(0, now - Date.parse(began) - before)
        return `${Math.floor(since / 1000)} s`
      }}
    />
  )
}

/** Main says a sentence once there is something to say. */
function progressWords({ steps }: OperationView, isStopping: boolean): string {
  const at = steps.findIndex((step) => step.state === 'running')
  if (at < 0) return isStopping ? 'Stopping.' : 'Starting.'
  const step = `Step ${at + 1} of ${steps.length}.`
  return isStopping ? `${step} It stops when this step is at its end.` : step
}

function Head({ operation, isStopping }: { operation: OperationView; isStopping: boolean }) {
  const { outcome } = operation
  const took =
    operation.finishedAt === undefined
      ? undefined
      : Date.parse(operation.finishedAt) - Date.parse(operation.startedAt)
  const sentence = isStopping ? '' : operation.sentence
  return (
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
        <span>{sentence || progressWords(operation, isStopping)}</span>
      </p>
      {outcome !== 'running' && outcome !== 'done' && operation.steps.length > 1 && (
        <p className="aside">{stepsWords(operation)}</p>
      )}
    </header>
  )
}

export type OperationProps = {
  operation: OperationView | undefined
  /** The same one, where it waits for somebody. */
  waiting: OpenOperationView | undefined
  /** The operation that was asked to stop. */
  stopping: string | null
  /** The operation that is being settled. */
  settling: string | null
  asking: boolean
  actions: Actions
}

function Ended(props: OperationProps & { operation: OperationView; back: () => void }) {
  const { operation, waiting, settling, asking, actions, back } = props
  const { outcome } = operation
  const undoable = useUndoable(operation.stack, `${operation.id} ${outcome}`, actions)
  const mayUndo = outcome === 'done' && undoable.some(({ id }) => id === operation.id)
  const directory = operation.directory ?? waiting?.directory
  return (
    <>
      {outcome === 'stopped' && (
        <Settling
          id={operation.id}
          ways={waiting?.ways ?? everyWay}
          busy={settling !== null}
          actions={actions}
        />
      )}
      <Steps operation={operation} />
      <ByHand steps={operation.steps} />
      {directory !== undefined && (
        <p className="kept-in">
          Plan, journal and the files from before: <code>{directory}</code>
        </p>
      )}
      <footer className="sheet-foot">
        <Button
          look={outcome === 'stopped' ? 'plain' : 'primary'}
          first={outcome !== 'stopped'}
          onPress={back}
        >
          Back to overview
        </Button>
        {mayUndo && (
          <Button
            disabled={asking}
            onPress={() =>
              void actions.review(operation.stack, {
                kind: 'undo-restore',
                operation: operation.id,
              })
            }
          >
            Undo restore…
          </Button>
        )}
      </footer>
    </>
  )
}

export function Operation(props: OperationProps) {
  const { operation, stopping, actions } = props
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
  const running = operation.outcome === 'running'
  const isStopping = running && stopping === operation.id
  const asks = operation.whenStopped === 'ask'
  return (
    <section className="sheet" aria-label="Operation">
      <Head operation={operation} isStopping={isStopping} />
      {running ? (
        <>
          <Steps operation={operation} />
          <footer className="sheet-foot">
            <Button
              disabled={isStopping}
              onPress={() => void actions.cancelOperation(operation.id)}
            >
              {asks ? 'Stop after this step' : 'Cancel and undo'}
            </Button>
            <Button look="quiet" onPress={back}>
              Leave it running <kbd>Esc</kbd>
            </Button>
          </footer>
        </>
      ) : (
        <Ended {...props} operation={operation} back={back} />
      )}
    </section>
  )
}
