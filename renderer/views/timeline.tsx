import { useEffect, useState } from 'react'
import type { TimelineEntry } from '../../shared/ipc/status.ts'
import { EventList } from '../components/event-list.tsx'
import { ChoiceRow } from '../components/instruments/choice-row.tsx'
import type { Actions } from '../store/actions.ts'
import { newestFirst } from '../store/selectors.ts'
import type { Ui } from '../store/ui.ts'
import { dayWords, exactClockWords, periods } from '../store/wording.ts'

type Kind = TimelineEntry['kind'] | 'all'
type Day = { day: string; entries: TimelineEntry[] }

const kinds: readonly { name: Kind; label: string }[] = [
  { name: 'all', label: 'All' },
  { name: 'incident', label: 'Incidents' },
  { name: 'finding', label: 'Findings' },
  { name: 'context', label: 'Contexts' },
  { name: 'engine', label: 'Engines' },
  { name: 'operation', label: 'Operations' },
  { name: 'stack', label: 'Stack' },
  { name: 'backup', label: 'Backups' },
  { name: 'sentinel', label: 'Sentinel' },
]

/** So many are drawn; an older one is found by a narrower question. */
const mostShown = 1_000

function byDay(entries: readonly TimelineEntry[]): Day[] {
  const days: Day[] = []
  for (const entry of entries) {
    const day = dayWords(entry.at)
    const last = days.at(-1)
    if (last?.day === day) last.entries.push(entry)
    else days.push({ day, entries: [entry] })
  }
  return days
}

export function Timeline(props: {
  recent: readonly TimelineEntry[]
  asked: Ui['timeline']
  stacks: number
  actions: Actions
}) {
  const { recent, asked, actions } = props
  const [kind, setKind] = useState<Kind>('all')
  useEffect(() => {
    void actions.readTimeline('1d')
  }, [actions])
  const ofKind = newestFirst(recent, asked.entries).filter(
    (entry) => kind === 'all' || entry.kind === kind,
  )
  return (
    <section className="sheet sheet-wide" aria-label="Timeline">
      <header className="sheet-head">
        <h1>Timeline</h1>
        <div className="page-tools">
          <ChoiceRow
            label="Period"
            choices={periods}
            chosen={asked.since}
            onChoose={(since) => void actions.readTimeline(since)}
          />
          <ChoiceRow label="Kind" choices={kinds} chosen={kind} onChoose={setKind} />
        </div>
        {ofKind.length === 0 && (
          <p className="aside">
            {kind === 'all' ? 'Nothing has happened yet.' : 'Nothing of this kind has happened.'}
          </p>
        )}
        {ofKind.length > mostShown && (
          <p className="aside">
            The newest {mostShown} of {ofKind.length} are shown.
          </p>
        )}
      </header>
      {byDay(ofKind.slice(0, mostShown)).map(({ day, entries }) => (
        <section key={day} className="day" aria-label={day}>
          <h2 className="card-title">{day}</h2>
          <EventList
            lines={entries.map((entry, index) => ({
              key: `${entry.at} ${index}`,
              time: exactClockWords(entry.at),
              kind: entry.kind,
              sentence: entry.sentence,
              stack: props.stacks > 1 ? entry.stack : null,
            }))}
          />
        </section>
      ))}
    </section>
  )
}
