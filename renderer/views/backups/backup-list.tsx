import { useState } from 'react'
import { Calendar } from '../../components/backups/calendar.tsx'
import { SnapshotList } from '../../components/backups/snapshot-list.tsx'
import { Button } from '../../components/button.tsx'
import { StateIcon } from '../../components/icons.tsx'
import { LinePlot } from '../../components/instruments/line-plot.tsx'
import {
  calendarMonth,
  type DayMark,
  dayTitle,
  markWords,
  monthAfter,
  monthOf,
  monthsOf,
} from '../../store/backups/calendar.ts'
import { backupFindings, backupHead } from '../../store/backups/head.ts'
import { snapshotRows } from '../../store/backups/rows.ts'
import { keptWords, timingWords } from '../../store/backups/schedule.ts'
import { sizePlotSize, sizePlots } from '../../store/backups/sizes.ts'
import { sizeWords } from '../../store/backups/words.ts'
import { countWords } from '../../store/wording.ts'
import { useNow } from '../use-now.ts'
import { type BackupProps, mayNotBegin } from './backup-props.ts'
import { GoingOn } from './going-on.tsx'
import { Undoable } from './undoable.tsx'

const marks = Object.keys(markWords) as DayMark[]

function Head(props: BackupProps & { now: number }) {
  const { view, status, connected, actions, now } = props
  const head = backupHead(view, backupFindings(status.findings), connected, now)
  const busy = mayNotBegin(props)
  const none = view.snapshots.length === 0
  const begin = (kind: 'backup' | 'verify' | 'drill') => () =>
    void actions.startBackup(view.stack, { kind })
  return (
    <section className={`verdict verdict-${head.health} backup-head`} aria-label="Verdict">
      <StateIcon state={head.health} size={36} />
      <div className="verdict-words" role={head.health === 'critical' ? 'alert' : 'status'}>
        <p className="verdict-word">{head.word}</p>
        <h1 className="verdict-sentence">{head.sentence}</h1>
        <p className="backup-more">
          {head.more.map((sentence) => (
            <span key={sentence}>{sentence} </span>
          ))}
        </p>
      </div>
      <div className="backup-deeds">
        <Button look="primary" disabled={busy} onPress={begin('backup')}>
          Back up now
        </Button>
        <Button disabled={busy || none} onPress={begin('verify')}>
          Verify
        </Button>
        <Button disabled={busy || none} onPress={begin('drill')}>
          Prove (drill)
        </Button>
      </div>
    </section>
  )
}

function BackupCalendar({ view, state, actions, now }: BackupProps & { now: number }) {
  const [chosen, choose] = useState<number | null>(null)
  const { first, last } = monthsOf(view, now)
  const shown = chosen === null ? monthOf(now) : new Date(chosen)
  const month = calendarMonth(view, shown, now)
  const seen = new Set(month.weeks.flat().flatMap((day) => (day.ahead ? [] : day.mark)))
  return (
    <Calendar
      {...month}
      chosen={state.day}
      legend={marks.flatMap((mark) => (seen.has(mark) ? { mark, word: markWords[mark] } : []))}
      mayGoBack={shown > first}
      mayGoOn={shown < last}
      onMonth={(by) => choose(monthAfter(shown, by).getTime())}
      onChoose={(key) => actions.chooseDay(key === state.day ? null : key)}
    />
  )
}

function Plan({ view, connected, asking, actions }: BackupProps) {
  const { schedule, keep, onBattery, drill } = view.plan
  return (
    <section className="card backup-card backup-plan" aria-label="Schedule">
      <header>
        <h2 className="card-title">Schedule</h2>
        <Button
          look="quiet"
          disabled={asking || !connected}
          onPress={() => void actions.editSchedule(view.stack)}
        >
          Change…
        </Button>
      </header>
      <dl className="evidence">
        <Line label="Backup">
          {schedule.length === 0 ? 'only when asked for' : schedule.map(timingWords).join(', ')}
        </Line>
        <Line label="On battery">{onBattery ? 'as well' : 'not taken'}</Line>
        <Line label="Keeps">{keptWords(keep)}</Line>
        <Line label="Drill">{drill === null ? 'only when asked for' : timingWords(drill)}</Line>
      </dl>
    </section>
  )
}

const Line = ({ label, children }: { label: string; children: string }) => (
  <div className="evidence-line">
    <dt>{label}</dt>
    <dd>{children}</dd>
  </div>
)

function Sizes({ view }: { view: BackupProps['view'] }) {
  const plots = sizePlots(view.snapshots)
  return (
    <section className="card backup-card backup-size" aria-label="Size">
      <header>
        <h2 className="card-title">Size</h2>
        <p className="aside">{plots[0]?.span}</p>
      </header>
      <div className="size-plots">
        {plots.map((plot) => (
          <LinePlot key={plot.label} {...plot} {...sizePlotSize} />
        ))}
      </div>
      <dl className="evidence">
        <Line label="Kept in">{view.repository}</Line>
        <Line label="Takes">
          {view.space === null ? 'cannot be told' : sizeWords(view.space.ownBytes)}
        </Line>
        <Line label="Free there">
          {view.space === null ? 'cannot be told' : sizeWords(view.space.freeBytes)}
        </Line>
        <Line label="Encrypted">{view.encrypted ? 'yes' : 'no'}</Line>
      </dl>
    </section>
  )
}

function Broken({ broken }: { broken: BackupProps['view']['broken'] }) {
  if (broken.length === 0) return null
  return (
    <section className="broken broken-warning" aria-label="Broken">
      <h2>{countWords(broken.length, 'directory is', 'directories are')} no sound backup</h2>
      <ul>
        {broken.map(({ id, sentence }) => (
          <li key={id}>
            <StateIcon state="warning" size={16} />
            <p>
              <code>{id}</code> {sentence}
            </p>
          </li>
        ))}
      </ul>
      <p className="aside">What is in them stays where it is.</p>
    </section>
  )
}

function Snapshots({ view, state, connected, actions, now }: BackupProps & { now: number }) {
  const rows = snapshotRows(view.snapshots, state.day, connected, now)
  const { day } = state
  return (
    <section className="facts backup-list" aria-label="Backups">
      <header className="facts-head">
        <h2>{day === null ? 'Backups' : dayTitle(day)}</h2>
        <p className="aside" role="status">
          {day === null
            ? countWords(rows.length, 'backup')
            : `${rows.length} of ${countWords(view.snapshots.length, 'backup')}`}
        </p>
        {day !== null && <Button onPress={() => actions.chooseDay(null)}>Show all</Button>}
      </header>
      {rows.length === 0 ? (
        <p className="facts-empty">No backup of this day is kept.</p>
      ) : (
        <>
          <p className="snapshot-heads" aria-hidden="true">
            <span>Taken</span>
            <span>Why</span>
            <span>Size</span>
            <span>Added</span>
          </p>
          <SnapshotList lines={rows} last={state.last} onOpen={(id) => actions.openSnapshot(id)} />
        </>
      )}
    </section>
  )
}

export function BackupList(props: BackupProps) {
  const now = useNow(30)
  return (
    <div className="watched backups">
      <Head {...props} now={now} />
      <GoingOn {...props} />
      <Undoable {...props} now={now} />
      <Broken broken={props.view.broken} />
      <div className="backup-columns">
        <BackupCalendar {...props} now={now} />
        <Snapshots {...props} now={now} />
        <Plan {...props} />
        <Sizes view={props.view} />
      </div>
    </div>
  )
}
