import { useRef } from 'react'
import { DayMark, type DayMarkName, StepIcon } from './marks.tsx'
import { walkButtons } from './walk.ts'

export type CalendarFace = {
  key: string
  number: number
  mark: DayMarkName
  /** The whole of it, for who points at it or listens. */
  words: string
  inMonth: boolean
  today: boolean
  ahead: boolean
}

export type CalendarProps = {
  title: string
  weeks: readonly (readonly CalendarFace[])[]
  chosen: string | null
  legend: readonly { mark: DayMarkName; word: string }[]
  mayGoBack: boolean
  mayGoOn: boolean
  onMonth: (by: 1 | -1) => void
  onChoose: (key: string) => void
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** A month with a mark for each day. One stop for the keyboard; the arrows walk the days. */
export function Calendar(props: CalendarProps) {
  const grid = useRef<HTMLTableSectionElement>(null)
  const days = props.weeks.flat()
  const stop =
    days.find(({ key }) => key === props.chosen) ??
    days.find(({ today, inMonth }) => today && inMonth) ??
    days.find(({ inMonth }) => inMonth)
  return (
    <section className="card calendar" aria-label="Calendar of backups">
      <header className="calendar-head">
        <h2>{props.title}</h2>
        <button
          type="button"
          className="button button-quiet calendar-step"
          disabled={!props.mayGoBack}
          onClick={() => props.onMonth(-1)}
        >
          <StepIcon to="back" />
          <span className="unseen">The month before</span>
        </button>
        <button
          type="button"
          className="button button-quiet calendar-step"
          disabled={!props.mayGoOn}
          onClick={() => props.onMonth(1)}
        >
          <StepIcon to="on" />
          <span className="unseen">The month after</span>
        </button>
      </header>
      <table>
        <thead>
          <tr>
            {weekdays.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody
          ref={grid}
          onKeyDown={(event) => {
            if (walkButtons(grid.current, event.key, 7)) event.preventDefault()
          }}
        >
          {props.weeks.map((week) => (
            <tr key={week[0]?.key}>
              {week.map((day) => (
                <td key={day.key}>
                  <button
                    type="button"
                    className={`day-cell day-${day.mark}${day.inMonth ? '' : ' day-beside'}`}
                    tabIndex={day === stop ? 0 : -1}
                    aria-label={day.words}
                    aria-current={day.today ? 'date' : undefined}
                    aria-pressed={day.key === props.chosen}
                    title={day.words}
                    onClick={() => props.onChoose(day.key)}
                  >
                    <span className="day-number">{day.number}</span>
                    {!(day.ahead && day.mark === 'none') && <DayMark mark={day.mark} />}
                  </button>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <ul className="calendar-legend" aria-label="What the marks mean">
        {props.legend.map(({ mark, word }) => (
          <li key={mark}>
            <DayMark mark={mark} size={12} /> {word}
          </li>
        ))}
      </ul>
    </section>
  )
}
