import type { StatusView } from '../../shared/ipc/status.ts'
import { Button } from '../components/button.tsx'
import { CurrentIcon, StateIcon } from '../components/icons.tsx'
import type { Actions } from '../store/actions.ts'
import { engineKindWords } from '../store/wording.ts'

export type EmptyProps = { status: StatusView | undefined; asking: boolean; actions: Actions }

function EnginesSeen({ status }: { status: StatusView }) {
  if (status.engines.length === 0) return null
  return (
    <section aria-label="Engines in sight">
      <h2 className="card-title">Engines in sight</h2>
      <ul className="engines-seen">
        {status.engines.map((engine) => (
          <li key={`${engine.engineId}@${engine.endpoint}`}>
            <StateIcon state={engine.answers ? 'ok' : 'unknown'} />
            <span className="engine-title">{engine.contexts.join(', ') || engine.endpoint}</span>
            <span className="aside">
              {engine.answers
                ? `${engineKindWords(engine.kind)} ${engine.version}`
                : (engine.failure ?? 'No answer.')}
            </span>
            {engine.current && (
              <span className="mark mark-current">
                <CurrentIcon size={12} /> current
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** No stack has been adopted: what adopting does, and the button. */
export function Empty({ status, asking, actions }: EmptyProps) {
  const current = status?.current?.context
  const answers = status?.engines.some((engine) => engine.current && engine.answers) ?? false
  return (
    <section className="sheet" aria-label="No stack">
      <header className="sheet-head">
        <p className="label">No stack adopted</p>
        <h1>Nothing is guarded yet.</h1>
        <p className="next-step">
          Adopt the stack where it runs well. What runs now becomes what is expected.
        </p>
      </header>
      <ol className="adopting">
        <li>
          <strong>Looks</strong> at the compose projects, services, ports, configuration and
          exporters on {current === undefined ? 'the current engine' : <code>{current}</code>}.
        </li>
        <li>
          <strong>Writes</strong> one file,{' '}
          <code>{status?.stackFile ?? 'odin-sentinel/stack.yaml'}</code>, with comments, for you to
          read and change.
        </li>
        <li>
          <strong>Guards</strong> from then on. No container is started, stopped or changed.
        </li>
      </ol>
      {status !== undefined && <EnginesSeen status={status} />}
      <footer className="sheet-foot">
        <Button
          look="primary"
          first
          disabled={asking || !answers}
          onPress={() => void actions.adopt()}
        >
          {current === undefined ? 'Adopt the stack' : `Adopt the stack on ${current}`}
        </Button>
        {!answers && (
          <span className="aside">
            {current === undefined
              ? 'The current context cannot be seen.'
              : `The engine behind ${current} does not answer.`}
          </span>
        )}
      </footer>
    </section>
  )
}
