import { RunProgress } from '../../components/backups/run-progress.tsx'
import { StateIcon } from '../../components/icons.tsx'
import { standingEnd } from '../../store/backups/head.ts'
import { endInView, runInView } from '../../store/backups/run.ts'
import { useNow } from '../use-now.ts'
import type { BackupProps } from './backup-props.ts'

/** What goes on now, or how the last run ended. */
export function GoingOn({ view, run, connected, asking, actions }: BackupProps) {
  const now = useNow(run === null ? 30 : 1)
  if (run !== null) {
    const shown = runInView(run, Math.max(now, Date.parse(run.startedAt)))
    const ofAnother = run.stack === view.stack ? '' : ` (stack ${run.stack})`
    return (
      <RunProgress
        {...shown}
        title={shown.title + ofAnother}
        disabled={asking || !connected}
        onCancel={() => void actions.cancelBackup()}
      />
    )
  }
  const { lastEnd } = view
  if (lastEnd === null) return null
  const end = endInView(lastEnd, connected, now)
  // Where it still stands, the first sentence of the page has told it.
  const told = standingEnd(view) !== undefined && view.problem === null
  if (told && end.problems.length === 0) return null
  return (
    <section className="run-end" aria-label="The last run">
      <StateIcon state={end.state} size={16} />
      <div>
        {!told && <p>{end.sentence}</p>}
        {end.problems.length > 0 && (
          <ul>
            {end.problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        )}
      </div>
    </section>
  )
}
