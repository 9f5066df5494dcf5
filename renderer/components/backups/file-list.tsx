import { useEffect, useRef } from 'react'
import { type FileGlyph, FileIcon } from './marks.tsx'
import { walkButtons } from './walk.ts'

export type FileLine = {
  path: string
  name: string
  type: FileGlyph
  opens: boolean
  more: string
  size: string
  changed: string
  /** It can be put back by itself. */
  restores: boolean
}

export type FileListProps = {
  crumbs: readonly { name: string; path: string }[]
  /** null while they are on their way. */
  lines: readonly FileLine[] | null
  problem: string | null
  onOpen: (path: string) => void
  mayRestore: boolean
  onRestore: (path: string) => void
}

function Cells({ line }: { line: FileLine }) {
  return (
    <>
      <FileIcon glyph={line.type} />
      <span className="file-name">{line.name}</span>
      <span className="file-more">{line.more}</span>
      <span className="file-size">{line.size}</span>
      <span className="file-changed">{line.changed}</span>
    </>
  )
}

const openers = 'button.file-line'

/** What is in a snapshot, a directory at a time. Arrows walk, Enter opens, Backspace goes up. */
export function FileList(props: FileListProps) {
  const { crumbs, lines, problem, onOpen } = props
  const list = useRef<HTMLUListElement>(null)
  /** Where the person was before: going up leads back to it. */
  const left = useRef<string | null>(null)
  const above = crumbs.at(-2)
  useEffect(() => {
    if (left.current === null || lines === null) return
    const from = `${left.current}/`
    const buttons = [...(list.current?.querySelectorAll(openers) ?? [])]
    const opening = lines.filter((line) => line.opens)
    const at = Math.max(
      0,
      opening.findIndex(({ path }) => from.startsWith(`${path}/`)),
    )
    const target = buttons[at] ?? list.current
    if (target instanceof HTMLElement) target.focus()
  }, [lines])
  const open = (path: string) => {
    left.current = crumbs.at(-1)?.path ?? ''
    onOpen(path)
  }
  return (
    <section className="files" aria-label="Files">
      <nav className="crumbs" aria-label="Where this is">
        <ol>
          {crumbs.map(({ name, path }, at) => (
            <li key={path}>
              {at === crumbs.length - 1 ? (
                <span aria-current="location">{name}</span>
              ) : (
                <button type="button" className="crumb" onClick={() => open(path)}>
                  {name}
                </button>
              )}
            </li>
          ))}
        </ol>
      </nav>
      {problem !== null && (
        <p className="facts-empty" role="alert">
          {problem}
        </p>
      )}
      {lines === null && (
        <p className="facts-empty" role="status">
          Reading the list of files.
        </p>
      )}
      {lines?.length === 0 && problem === null && (
        <p className="facts-empty">Nothing is in here.</p>
      )}
      <ul
        ref={list}
        className="file-lines"
        tabIndex={-1}
        onKeyDown={(event) => {
          if (event.key === 'Backspace' && above !== undefined) open(above.path)
          else if (!walkButtons(list.current, event.key, 1, openers)) return
          event.preventDefault()
        }}
      >
        {lines?.map((line, at) => (
          <li key={line.path} className="file-row">
            {line.opens ? (
              <button
                type="button"
                className="file-line"
                tabIndex={at === 0 ? 0 : -1}
                onClick={() => open(line.path)}
              >
                <Cells line={line} />
              </button>
            ) : (
              <div className="file-line">
                <Cells line={line} />
              </div>
            )}
            {line.restores && (
              <button
                type="button"
                className="restore-one"
                aria-label={`Restore ${line.name}…`}
                disabled={!props.mayRestore}
                onClick={() => props.onRestore(line.path)}
              >
                Restore…
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
