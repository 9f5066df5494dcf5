import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { StateIcon } from '../../components/icons.tsx'
import { FactsTable } from '../../components/instruments/facts-table.tsx'
import { blindTo, driftRows, heard, toAccept } from '../../store/monitoring/rows.ts'
import { countWords, momentWords } from '../../store/wording.ts'
import { useNow } from '../use-now.ts'
import { Blind } from './blind.tsx'
import { ChangedFiles } from './changed-files.tsx'
import type { WatchedProps } from './watched-props.ts'

/** Asks before it is done, and says what will be taken for right. */
function Accepting(props: WatchedProps & { onEnd: () => void }) {
  const { view, status, asking, actions, onEnd } = props
  const changes = toAccept(view)
  return (
    <section className="accepting" aria-label="Accept what is there">
      <h2>Accept what is there?</h2>
      <p>
        {changes.length === 0
          ? 'The files, images, compose settings and jobs that are there now become what is right.'
          : `${countWords(changes.length, 'difference')} will be taken for right, with everything that is as it was. Nothing on this machine is changed.`}
      </p>
      {changes.length > 0 && (
        <ul>
          {changes.map(({ what, subject, state }) => (
            <li key={`${what} ${subject}`}>
              {what} <code>{subject}</code>, {state}
            </li>
          ))}
        </ul>
      )}
      <div className="choices">
        <Button
          look="primary"
          first
          disabled={asking}
          onPress={() => void actions.acceptBaseline(status.stack).then((done) => done && onEnd())}
        >
          Accept
        </Button>
        <Button onPress={onEnd}>Back</Button>
      </div>
    </section>
  )
}

export function Changes(props: WatchedProps) {
  const { view, connected } = props
  const [accepting, setAccepting] = useState(false)
  const now = useNow(10)
  const { acceptedAt } = view
  const rows = heard(driftRows(view, now), connected && blindTo(view, 'files') === undefined)
  const differences = toAccept(view).length
  const unseen = rows.filter(({ state }) => state === 'unknown').length
  const nothing = acceptedAt === null || rows.length === 0
  const health = nothing || unseen > 0 || !connected ? 'unknown' : 'ok'
  return (
    <div className="watched">
      <header className="changes-head">
        <StateIcon state={differences > 0 ? 'warning' : health} size={20} />
        <div>
          <h1>
            {acceptedAt === null
              ? 'Nothing has been accepted as right yet.'
              : differences > 0
                ? `${countWords(differences, 'difference')} from what was accepted.`
                : rows.length === 0
                  ? 'Nothing has been compared with what was accepted yet.'
                  : unseen > 0
                    ? `${countWords(unseen, 'thing')} cannot be compared with what was accepted.`
                    : 'Everything is as it was accepted.'}
          </h1>
          {acceptedAt !== null && <p className="aside">Accepted {momentWords(acceptedAt, now)}.</p>}
        </div>
        {!accepting && (
          <Button disabled={!connected} onPress={() => setAccepting(true)}>
            Accept what is there…
          </Button>
        )}
      </header>
      {accepting && <Accepting {...props} onEnd={() => setAccepting(false)} />}
      <Blind failures={[blindTo(view, 'files')]} />
      <ChangedFiles {...props} now={now} />
      <FactsTable
        title="Files, images and compose settings"
        summary={countWords(rows.length, 'line')}
        columns={[
          { label: 'What', width: 'short' },
          { label: 'Subject', width: 'long', code: true },
          { label: 'Accepted → now', width: 'middle', code: true },
          { label: 'Changed', width: 'short' },
        ]}
        rows={rows}
        empty="Nothing is compared yet."
      />
    </div>
  )
}
