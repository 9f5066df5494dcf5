import { useCallback } from 'react'
import type { OpenOperationView } from '../../../shared/ipc/contract.ts'
import { Button } from '../../components/button.tsx'
import { StateIcon } from '../../components/icons.tsx'
import { ByHand } from '../../components/recover/by-hand.tsx'
import { RunningSteps } from '../../components/recover/plan-steps.tsx'
import type { Actions } from '../../store/actions.ts'
import { momentWords, stepTimeWords } from '../../store/wording.ts'
import { useKey } from '../use-key.ts'
import { useNow } from '../use-now.ts'
import { Settling } from './settling.tsx'

function Touched({ touched }: Pick<OpenOperationView, 'touched'>) {
  if (touched.length === 0) return <p>Nothing was touched.</p>
  return (
    <section aria-label="What was touched">
      <h2 className="step-topic">What was touched</h2>
      <ol className="steps">
        {touched.map((what, index) => (
          <li key={what} className="step">
            <span className="step-number">{index + 1}</span>
            <p className="step-what">{what.charAt(0).toUpperCase() + what.slice(1)}</p>
          </li>
        ))}
      </ol>
    </section>
  )
}

function ToRead(props: { operation: OpenOperationView; busy: boolean; actions: Actions }) {
  const { operation, busy, actions } = props
  const { id, title, stack, startedAt, touched, steps, ways, directory, problem } = operation
  const now = useNow(30)
  const began = startedAt === null ? 'at an unknown time' : momentWords(startedAt, now)
  return (
    <>
      <header className="sheet-head">
        <p className="label">
          Waits · {stack === '' ? 'stack unknown' : stack} · began {began}
        </p>
        <h1>{title}</h1>
        <p className="outcome" role="status">
          <StateIcon state="warning" size={20} />
          <span>
            {problem ??
              'It stopped before its end: somebody cancelled it, it failed, or it was killed.'}
          </span>
        </p>
      </header>
      <Settling id={id} ways={ways} busy={busy} actions={actions} />
      {!ways.includes('roll-back') && (
        <p className="by-hand">
          Nobody can tell what it touched, so it can only be left as it is. Its plan, its journal
          and the files from before are in the directory below.
        </p>
      )}
      {steps === undefined ? (
        <Touched touched={touched} />
      ) : (
        <section aria-label="How far it came">
          <h2 className="step-topic">How far it came</h2>
          <RunningSteps
            steps={steps}
            timeOf={({ milliseconds }) =>
              milliseconds === undefined ? '' : stepTimeWords(milliseconds)
            }
          />
          <ByHand steps={steps} />
        </section>
      )}
      <p className="kept-in">
        Plan, journal and the files from before: <code>{directory}</code>
      </p>
    </>
  )
}

/** An operation that waits, also one whose process was killed. */
export function OpenOperation(props: {
  operation: OpenOperationView | undefined
  busy: boolean
  actions: Actions
}) {
  const { operation, busy, actions } = props
  const back = useCallback(() => actions.show('overview'), [actions])
  useKey('Escape', back)
  return (
    <section className="sheet" aria-label="An operation waits">
      {operation === undefined ? (
        <p className="waiting" role="status">
          It does not wait any more.
        </p>
      ) : (
        <ToRead operation={operation} busy={busy} actions={actions} />
      )}
      <footer className="sheet-foot">
        <Button first onPress={back}>
          Back <kbd>Esc</kbd>
        </Button>
        {operation !== undefined && <span className="hash">{operation.id}</span>}
      </footer>
    </section>
  )
}
