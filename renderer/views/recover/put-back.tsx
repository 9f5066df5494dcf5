import { useEffect, useState } from 'react'
import { shortId } from '../../../shared/domain/short-id.ts'
import type { FileDifference } from '../../../shared/ipc/file-changes.ts'
import { diffCounts } from '../../../shared/text/diff-lines.ts'
import { DiffLines } from '../../components/diff-lines.tsx'
import type { Actions } from '../../store/actions.ts'
import type { ProposedStep } from '../../store/plan-groups.ts'
import { countWords } from '../../store/wording.ts'

type File = NonNullable<ProposedStep['files']>[number]
type Told = { differences: readonly FileDifference[]; problem: string | null }

const cannotShow = 'What differs cannot be shown line by line.'
/** A restore may put back hundreds; these are enough to see what it is about. */
const mostFiles = 12

function goesAndComes(diff: string): string {
  const { added, removed } = diffCounts(diff)
  const goes = removed === 0 ? [] : [`${countWords(removed, 'line')} would go (−)`]
  const comes = added === 0 ? [] : [`${countWords(added, 'line')} would come back (+)`]
  return `${[...goes, ...comes].join(', ')}.`
}

function sourceWords({ from, commit, snapshot }: File): string {
  if (from === 'snapshot') return `From snapshot ${shortId(snapshot ?? '')}.`
  if (from === 'commit') return `From commit ${(commit ?? '').slice(0, 12)}.`
  return 'As accepted.'
}

/** What the plan would do to what is there now. */
function OneFile({ file, told }: { file: File; told: Told | undefined }) {
  const one = told?.differences.find(({ path }) => path === file.file)
  const diff = one?.diff ?? null
  const words =
    told === undefined
      ? 'Comparing.'
      : diff === null
        ? (told.problem ?? one?.why ?? cannotShow)
        : goesAndComes(diff)
  return (
    <div className="put-back">
      <p className="put-back-head">
        <span className="changed-path">{file.file}</span>{' '}
        <span className="aside">
          {sourceWords(file)} {words}
        </span>
      </p>
      {diff !== null && (
        <DiffLines diff={diff} label={`What would change in ${file.file}`} most={24} />
      )}
    </div>
  )
}

/** The diff of each file that a step of the plan with this hash puts back. */
export function PutBack(props: { files: readonly File[]; hash: string; actions: Actions }) {
  const { files, hash, actions } = props
  const shown = files.slice(0, mostFiles)
  const names = JSON.stringify(shown.map(({ file }) => file))
  const [told, setTold] = useState<Told>()
  useEffect(() => {
    let isShown = true
    void actions.readDifferences(hash, JSON.parse(names)).then((answer) => {
      if (isShown) setTold(answer ?? { differences: [], problem: null })
    })
    return () => {
      isShown = false
    }
  }, [actions, hash, names])
  const more = files.length - mostFiles
  return (
    <div className="put-backs">
      {shown.map((file) => (
        <OneFile key={file.file} file={file} told={told} />
      ))}
      {more > 0 && <p className="aside">And {countWords(more, 'file')} more.</p>}
    </div>
  )
}
