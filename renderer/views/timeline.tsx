import type { TimelineEntry } from '../../shared/ipc/status.ts'
import { EventList } from '../components/event-list.tsx'
import { dayWords, exactClockWords } from '../store/wording.ts'

type Day = { day: string; entries: TimelineEntry[] }

function byDay(entries: readonly TimelineEntry[]): Day[] {
  const days: Day[] = []
  for (const entry of entries.toSorted((a, b) => b.at.localeCompare(a.at))) {
    const day = dayWords(entry.at)
    const last = days.at(-1)
    if (last?.day === day) last.entries.push(entry)
    else days.push({ day, entries: [entry] })
  }
  return days
}

export function Timeline(props: { entries: readonly TimelineEntry[]; stacks: number }) {
  return (
    <section className="sheet sheet-wide" aria-label="Timeline">
      <header className="sheet-head">
        <h1>Timeline</h1>
        {props.entries.length === 0 && <p className="aside">Nothing has happened yet.</p>}
      </header>
      {byDay(props.entries).map(({ day, entries }) => (
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
