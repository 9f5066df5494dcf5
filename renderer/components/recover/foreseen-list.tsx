import type { Foreseen } from '../../../shared/ipc/simulation-view.ts'
import { StateIcon } from '../icons.tsx'

export type ForeseenGroup = {
  title: string
  state: 'critical' | 'unknown' | 'warning'
  lines: readonly Foreseen[]
}

/** What would break and why; what to write against it can be marked and copied. */
export function ForeseenList({ groups }: { groups: readonly ForeseenGroup[] }) {
  return (
    <div className="foreseen">
      {groups.map(({ title, state, lines }) => (
        <section key={title} aria-label={title}>
          <h2 className="foreseen-title">
            <StateIcon state={state} size={16} />
            {title}
            <span className="group-count">{lines.length}</span>
          </h2>
          <ul className="foreseen-lines">
            {lines.map((line) => (
              <li key={`${line.what} ${line.subject} ${line.sentence}`}>
                <p>{line.sentence}</p>
                {line.remedy !== null && <pre className="remedy">{line.remedy}</pre>}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}
