export type EventLine = {
  key: string
  time: string
  kind: string
  sentence: string
  stack: string | null
}

export function EventList({ lines }: { lines: readonly EventLine[] }) {
  return (
    <ol className="events">
      {lines.map((line) => (
        <li key={line.key} className="event">
          <time className="event-time">{line.time}</time>
          <span className="event-kind">{line.kind}</span>
          <span className="event-sentence">{line.sentence}</span>
          {line.stack !== null && <span className="event-stack">{line.stack}</span>}
        </li>
      ))}
    </ol>
  )
}
