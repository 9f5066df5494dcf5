import type { ReactNode } from 'react'
import { type CellGlyph, CellIcon, CurrentIcon, HouseIcon, StateIcon } from './icons.tsx'

export type EngineColumn = {
  key: string
  title: string
  alsoKnownAs: readonly string[]
  kind: string
  home: boolean
  current: boolean
  /** False when nothing in this column is certain. */
  seen: boolean
  state: string
}

export type MapCell = {
  kind: CellGlyph
  word: string
  /** Runs where it does not belong. */
  stray: boolean
  /** A finding speaks about it. */
  faulty: boolean
  containers?: readonly string[]
}

export type MapRow = { service: string; cells: readonly MapCell[] }

export type EngineMapProps = {
  engines: readonly EngineColumn[]
  groups: readonly { project: string; rows: readonly MapRow[] }[]
}

/** `below` stands beside the legend: what can be asked of the map. */
type WithBelow = { below?: ReactNode }

/** Green is for what runs where it belongs and has nothing said against it. */
export function toneOf(cell: MapCell): 'ok' | 'warning' | 'critical' | 'unknown' | 'quiet' {
  if (cell.kind === 'cannot-see') return 'unknown'
  if (cell.kind === 'absent') return 'quiet'
  if (cell.stray) return 'warning'
  switch (cell.kind) {
    case 'running':
      return cell.faulty ? 'warning' : 'ok'
    case 'unhealthy':
      return 'critical'
    case 'missing':
      return 'critical'
    case 'stopped':
      return cell.faulty ? 'critical' : 'quiet'
    case 'starting':
      return cell.faulty ? 'warning' : 'quiet'
  }
}

function Column({ engine }: { engine: EngineColumn }) {
  return (
    <th scope="col" className={`engine ${engine.seen ? '' : 'engine-unseen'}`}>
      <span className="engine-title" title={[engine.title, ...engine.alsoKnownAs].join(', ')}>
        {engine.title}
        {engine.alsoKnownAs.length > 0 && (
          <span className="engine-also">{` +${engine.alsoKnownAs.length}`}</span>
        )}
      </span>
      <span className="engine-marks">
        {engine.home && (
          <span className="mark">
            <HouseIcon size={12} /> home
          </span>
        )}
        {engine.current && (
          <span className="mark mark-current">
            <CurrentIcon size={12} /> current
          </span>
        )}
      </span>
      <span className="engine-kind">{engine.kind}</span>
      <span className="engine-state" title={engine.state}>
        {!engine.seen && <StateIcon state="unknown" size={12} />}
        {engine.state}
      </span>
    </th>
  )
}

function Cell({ cell }: { cell: MapCell }) {
  const count = cell.containers?.length ?? 0
  return (
    <td
      className={`cell cell-${cell.kind} tone-${toneOf(cell)} ${cell.stray ? 'cell-stray' : ''}`}
      title={cell.containers?.join(', ')}
    >
      <CellIcon glyph={cell.kind} />
      {cell.kind === 'absent' ? (
        <span className="absent" role="img" aria-label={cell.word} />
      ) : (
        <span>
          {cell.word}
          {count > 1 && ` ×${count}`}
        </span>
      )}
      {cell.stray && <span className="stray">stray</span>}
    </td>
  )
}

const legend: readonly { cell: MapCell; meaning: string }[] = [
  { cell: { kind: 'running', word: '', stray: false, faulty: false }, meaning: 'running' },
  { cell: { kind: 'unhealthy', word: '', stray: false, faulty: true }, meaning: 'unhealthy' },
  { cell: { kind: 'stopped', word: '', stray: false, faulty: false }, meaning: 'stopped' },
  { cell: { kind: 'missing', word: '', stray: false, faulty: true }, meaning: 'missing from home' },
  { cell: { kind: 'running', word: '', stray: true, faulty: false }, meaning: 'stray' },
  { cell: { kind: 'cannot-see', word: '', stray: false, faulty: false }, meaning: 'cannot see' },
]

/** Where each service should be, and where it is. */
export function EngineMap({ engines, groups, below }: EngineMapProps & WithBelow) {
  return (
    <div className="map">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <section className="map-scroll" tabIndex={0} aria-label="Map of engines and services">
        <table>
          <thead>
            <tr>
              <th scope="col" className="corner">
                Service
              </th>
              {engines.map((engine) => (
                <Column key={engine.key} engine={engine} />
              ))}
            </tr>
          </thead>
          {groups.map((group) => (
            <tbody key={group.project}>
              <tr className="group">
                <th scope="rowgroup" colSpan={engines.length + 1}>
                  <span>{group.project}</span>
                  <span className="group-count">{group.rows.length}</span>
                </th>
              </tr>
              {group.rows.map((row) => (
                <tr key={row.service}>
                  <th scope="row" className="service" title={row.service}>
                    {row.service}
                  </th>
                  {row.cells.map((cell, index) => (
                    <Cell key={engines[index]?.key ?? index} cell={cell} />
                  ))}
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </section>
      <ul className="legend" aria-label="Legend">
        {legend.map(({ cell, meaning }) => (
          <li
            key={meaning}
            className={`cell-${cell.kind} tone-${toneOf(cell)} ${cell.stray ? 'cell-stray' : ''}`}
          >
            <CellIcon glyph={cell.kind} />
            <span>{meaning}</span>
          </li>
        ))}
      </ul>
      {below !== undefined && <div className="map-below">{below}</div>}
    </div>
  )
}
