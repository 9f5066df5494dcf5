import { useEffect, useState } from 'react'
import type { FileChanges } from '../../../shared/ipc/file-changes.ts'
import type { DriftRow } from '../../../shared/ipc/monitoring-view.ts'
import { countsWords, diffCounts } from '../../../shared/text/diff-lines.ts'
import { DiffLines } from '../../components/diff-lines.tsx'
import { StateIcon } from '../../components/icons.tsx'
import { momentWords } from '../../store/wording.ts'
import type { WatchedProps } from './watched-props.ts'

type Told = { changes: FileChanges | null; problem: string | null }

/** Asked for again when the file or what was accepted is another. */
function useChanges(row: DriftRow, { status, view, actions }: WatchedProps): Told | undefined {
  const [told, setTold] = useState<Told>()
  const { stack } = status
  const { subject, observed, changedAt } = row
  const version = `${view.acceptedAt} ${observed} ${changedAt}`
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says when to ask again
  useEffect(() => {
    let isShown = true
    void actions.readChanges(stack, subject).then((reply) => {
      if (isShown && reply) setTold(reply)
    })
    return () => {
      isShown = false
    }
  }, [actions, stack, subject, version])
  return told
}

const words = { changed: 'changed', added: 'added', removed: 'gone' } as const

function OneFile({ file, now }: { file: FileChanges['files'][number]; now: number }) {
  const counts = countsWords(diffCounts(file.diff ?? ''))
  return (
    <article className="changed-file">
      <header className="changed-head">
        <StateIcon state="warning" size={14} />
        <h3 className="changed-path">{file.path}</h3>
        <p className="aside">
          {[
            words[file.change],
            file.changedAt === null ? '' : momentWords(file.changedAt, now),
            counts,
          ]
            .filter(Boolean)
            .join(', ')}
        </p>
      </header>
      {file.diff === null ? (
        <p className="changed-why">{file.why}</p>
      ) : (
        <DiffLines diff={file.diff} label={`Changes in ${file.path}`} />
      )}
    </article>
  )
}

function Changed({ row, now, ...props }: WatchedProps & { row: DriftRow; now: number }) {
  const told = useChanges(row, props)
  const why = told === undefined ? 'Comparing…' : (told.problem ?? told.changes?.why ?? null)
  return (
    <>
      {told?.changes?.files.map((file) => (
        <OneFile key={file.path} file={file} now={now} />
      ))}
      {why !== null && (
        <article className="changed-file">
          <header className="changed-head">
            <StateIcon state="warning" size={14} />
            <h3 className="changed-path">{row.subject}</h3>
          </header>
          <p className="changed-why">{why}</p>
        </article>
      )}
    </>
  )
}

/** Each file that is not as it was accepted, line by line. */
export function ChangedFiles(props: WatchedProps & { now: number }) {
  const rows = props.view.drift.filter(
    ({ what, state }) => what === 'file' && (state === 'changed' || state === 'missing'),
  )
  if (rows.length === 0 || props.view.acceptedAt === null) return null
  return (
    <section className="changed-files" aria-label="What changed in files">
      <header className="facts-head">
        <h2>What changed in files</h2>
        <p className="aside">
          Against what was accepted {momentWords(props.view.acceptedAt, props.now)}. Secrets are
          hidden; one that changed is marked by other digits.
        </p>
      </header>
      {rows.map((row) => (
        <Changed key={row.subject} {...props} row={row} />
      ))}
    </section>
  )
}
