import { DiffLines } from '../diff-lines.tsx'

export type ChangeLine = {
  key: string
  sign: string
  word: string
  component: string
  path: string
  sizes: string
  /** Unified; null where nothing can be shown line by line. */
  diff: string | null
}

/** Each difference with its lines, where it has any. The first ones stand open. */
export function ChangeList({ changes, open }: { changes: readonly ChangeLine[]; open: number }) {
  return (
    <ul className="differences">
      {changes.map((change, at) => (
        <li key={change.key} className={`difference difference-${change.word.split(' ')[0]}`}>
          <details open={at < open && change.diff !== null}>
            <summary>
              <span className="difference-sign" aria-hidden="true">
                {change.sign}
              </span>
              <span className="difference-path">
                <span className="aside">{change.component}</span> {change.path}
              </span>
              <span className="difference-word">{change.word}</span>
              <span className="difference-size">{change.sizes}</span>
            </summary>
            {change.diff === null ? (
              <p className="difference-none">
                It is no text, or too long to be shown line by line.
              </p>
            ) : (
              <DiffLines diff={change.diff} label={change.path} />
            )}
          </details>
        </li>
      ))}
    </ul>
  )
}
