import type { ReactNode } from 'react'
import type { Health } from '../../../shared/ipc/status.ts'
import { StateIcon } from '../icons.tsx'

export type Column = {
  label: string
  /** How wide, in words of the style sheet. */
  width?: 'short' | 'middle' | 'long'
  code?: boolean
}

export type Fact = {
  key: string
  state: Health | 'info'
  word: string
  cells: readonly string[]
}

export type FactsTableProps<F extends Fact> = {
  title: string
  summary: string
  columns: readonly Column[]
  rows: readonly F[]
  /** What is said where there are no rows. */
  empty: string
  /** Stands before the words of a cell. */
  before?: (row: F, column: number) => ReactNode
}

/** What is known, one line each, the state by shape, colour and word. */
export function FactsTable<F extends Fact>(props: FactsTableProps<F>) {
  const { title, summary, columns, rows } = props
  return (
    <section className="facts" aria-label={title}>
      <header className="facts-head">
        <h2>{title}</h2>
        <p className="aside">{summary}</p>
      </header>
      {rows.length === 0 ? (
        <p className="facts-empty">{props.empty}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
        <section className="facts-scroll" aria-label={`${title}, table`} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col" className="facts-state">
                  State
                </th>
                {columns.map(({ label, width }) => (
                  <th key={label} scope="col" className={`facts-${width ?? 'middle'}`}>
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.key} className={`facts-row facts-row-${row.state}`}>
                  <td className={`facts-word tone-${row.state}`}>
                    <StateIcon state={row.state} size={14} /> {row.word}
                  </td>
                  {columns.map(({ label, code }, at) => (
                    <td key={label} className={code ? 'facts-code' : ''} title={row.cells[at]}>
                      {props.before?.(row, at)}
                      <span className="facts-cell">{row.cells[at]}</span>
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  )
}
