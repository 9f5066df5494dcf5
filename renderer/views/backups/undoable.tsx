import { Button } from '../../components/button.tsx'
import { StateIcon } from '../../components/icons.tsx'
import { momentWords } from '../../store/wording.ts'
import { useUndoable } from '../recover/use-undoable.ts'
import type { BackupProps } from './backup-props.ts'

/** Restores of the last days, each with the way back to what was there before. */
export function Undoable(props: BackupProps & { now: number }) {
  const { view, connected, asking, actions, now } = props
  // A restore takes a snapshot of what is there first, so the list of snapshots tells of a new one.
  const undoable = useUndoable(view.stack, view.snapshots[0]?.id, actions)
  if (undoable.length === 0) return null
  return (
    <section className="run-end undoable" aria-label="Restores that can be undone">
      <StateIcon state="info" size={16} />
      <ul>
        {undoable.map(({ id, title, endedAt, until }) => (
          <li key={id}>
            <p>
              {title}, {momentWords(endedAt, now)}. What was there before is kept until{' '}
              {momentWords(until, now)}.
            </p>
            <Button
              disabled={asking || !connected}
              onPress={() =>
                void actions.review(view.stack, { kind: 'undo-restore', operation: id })
              }
            >
              Undo restore…
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
