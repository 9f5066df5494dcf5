import { useCallback, useState } from 'react'
import type { BackupPlan } from '../../../shared/ipc/backup-view.ts'
import { TimingFields } from '../../components/backups/timing-fields.tsx'
import { Button } from '../../components/button.tsx'
import type { BackupPlace } from '../../store/backups/place.ts'
import { type Preview, previewIn, previewOf } from '../../store/backups/preview.ts'
import {
  cronOf,
  hourSteps,
  isSound,
  type KeepName,
  keepHints,
  keepWords,
  mostKept,
  planProblems,
  type Timing,
  timingOf,
  timingWords,
  turnedInto,
  weekdays,
} from '../../store/backups/schedule.ts'
import { useKey } from '../use-key.ts'
import { useNow } from '../use-now.ts'
import type { BackupProps } from './backup-props.ts'

/** Kept as it was chosen: "Cron line" stays so although the line could be said more simply. */
type Draft = {
  schedule: readonly Timing[]
  keep: BackupPlan['keep']
  onBattery: boolean
  drill: Timing | null
}

const draftOf = (plan: BackupPlan): Draft => ({
  ...plan,
  schedule: plan.schedule.map(timingOf),
  drill: plan.drill === null ? null : timingOf(plan.drill),
})

const planOf = (draft: Draft): BackupPlan => ({
  ...draft,
  schedule: draft.schedule.map(cronOf),
  drill: draft.drill === null ? null : cronOf(draft.drill),
})

function TimingRow(props: {
  label: string
  timing: Timing
  problem: string | null
  onChange: (timing: Timing) => void
  onRemove?: () => void
}) {
  const { timing, onChange } = props
  const line = cronOf(timing)
  const set = (part: object) => onChange({ ...timing, ...part } as Timing)
  return (
    <TimingFields
      label={props.label}
      kind={timing.kind}
      time={'time' in timing ? timing.time : ''}
      weekday={timing.kind === 'weekly' ? timing.weekday : 0}
      every={timing.kind === 'hours' ? timing.every : 1}
      minute={timing.kind === 'hours' ? timing.minute : 0}
      line={line}
      words={`Due ${timingWords(line)}.`}
      problem={props.problem}
      weekdays={weekdays}
      steps={hourSteps}
      onKind={(kind) => onChange(turnedInto(kind, timing))}
      onTime={(time) => set({ time })}
      onWeekday={(weekday) => set({ weekday })}
      onEvery={(every) => set({ every })}
      onMinute={(minute) => set({ minute })}
      onLine={(next) => onChange(timingOf(next))}
      {...(props.onRemove && { onRemove: props.onRemove })}
    />
  )
}

function KeepFields(props: {
  keep: BackupPlan['keep']
  problem: string | null
  onChange: (keep: BackupPlan['keep']) => void
}) {
  return (
    <>
      <div className="keep-fields">
        {(Object.keys(keepWords) as KeepName[]).map((name) => (
          <label key={name} className="field">
            {keepWords[name]}
            <input
              type="number"
              min={0}
              max={mostKept}
              value={Number.isNaN(props.keep[name]) ? '' : props.keep[name]}
              onChange={({ target }) =>
                props.onChange({ ...props.keep, [name]: target.valueAsNumber })
              }
            />
            <span className="field-words">{keepHints[name]}</span>
          </label>
        ))}
      </div>
      {props.problem !== null && <p className="field-problem">{props.problem}</p>}
    </>
  )
}

function PreviewInView({ preview, saved }: { preview: Preview | null; saved: boolean }) {
  return (
    <section className="preview" aria-label="The next clean-up">
      <h3>
        {saved ? 'What the next clean-up would do' : 'What the next clean-up would do, once saved'}
      </h3>
      <p role="status" className="aside">
        {preview === null ? 'Counting.' : preview.sentence}
      </p>
      {preview !== null && preview.lines.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
        <section className="preview-lines" aria-label="One by one" tabIndex={0}>
          <ul>
            {preview.lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </section>
      )}
    </section>
  )
}

export function ScheduleEditor(props: BackupProps & { place: BackupPlace & { name: 'schedule' } }) {
  const { view, status, place, asking, connected, actions } = props
  const [draft, setDraft] = useState(() => draftOf(view.plan))
  const back = useCallback(() => actions.showBackups(), [actions])
  useKey('Escape', back)
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part })
  const plan = planOf(draft)
  const problems = planProblems(plan)
  const usual = timingOf('15 2 * * *')
  const now = useNow(null)
  const saved = (Object.keys(keepWords) as KeepName[]).every(
    (name) => plan.keep[name] === view.plan.keep[name],
  )
  const asked = place.preview && previewIn(place.preview, view.snapshots, now)
  const preview =
    saved || problems.keep !== null ? asked : previewOf(view.snapshots, plan.keep, now)
  return (
    <section className="sheet sheet-wide schedule" aria-label="Schedule of backups">
      <Button look="quiet" first onPress={back}>
        All backups <kbd>Esc</kbd>
      </Button>
      <header className="sheet-head">
        <p className="label">Backups of {view.stack}</p>
        <h1>When backups are taken, and how many stay</h1>
        <p className="next-step">
          Written into <code>{status.stackFile ?? 'the stack file'}</code>; a copy of what stands
          there now is kept.
        </p>
      </header>
      <section className="card schedule-part" aria-label="When">
        <h2>When</h2>
        {draft.schedule.length === 0 && (
          <p className="aside">No time is set: a backup is taken only when asked for.</p>
        )}
        {draft.schedule.map((timing, at) => (
          <TimingRow
            // biome-ignore lint/suspicious/noArrayIndexKey: times have no names, and two may be alike
            key={at}
            label={`Time ${at + 1}`}
            timing={timing}
            problem={problems.schedule[at] ?? null}
            onChange={(next) => change({ schedule: draft.schedule.with(at, next) })}
            onRemove={() => change({ schedule: draft.schedule.toSpliced(at, 1) })}
          />
        ))}
        <div>
          <Button onPress={() => change({ schedule: [...draft.schedule, usual] })}>
            {draft.schedule.length === 0 ? 'Add a time' : 'Add another time'}
          </Button>
        </div>
        <label className="check">
          <input
            type="checkbox"
            checked={draft.onBattery}
            onChange={({ target }) => change({ onBattery: target.checked })}
          />
          On battery too
        </label>
      </section>
      <section className="card schedule-part" aria-label="How many stay">
        <h2>How many stay</h2>
        <p className="aside">
          What is pinned stays in any case, and never fewer than two that are verified.
        </p>
        <KeepFields
          keep={draft.keep}
          problem={problems.keep}
          onChange={(keep) => change({ keep })}
        />
        <PreviewInView preview={preview} saved={saved} />
      </section>
      <section className="card schedule-part" aria-label="Drill">
        <h2>Drill</h2>
        <label className="check">
          <input
            type="checkbox"
            checked={draft.drill !== null}
            onChange={({ target }) =>
              change({ drill: target.checked ? timingOf('0 4 * * 0') : null })
            }
          />
          Prove by itself that the newest backup can be restored: beside the stack, on free ports,
          and taken down again
        </label>
        {draft.drill !== null && (
          <TimingRow
            label="Drill"
            timing={draft.drill}
            problem={problems.drill}
            onChange={(drill) => change({ drill })}
          />
        )}
      </section>
      <footer className="sheet-foot">
        <Button
          look="primary"
          disabled={asking || !connected || !isSound(problems)}
          onPress={() => void actions.savePlan(view.stack, plan)}
        >
          Save
        </Button>
        <Button onPress={back}>Back</Button>
        {!isSound(problems) && (
          <p className="field-problem" role="status">
            Something above must be mended before it can be saved.
          </p>
        )}
      </footer>
    </section>
  )
}
