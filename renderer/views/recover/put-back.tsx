import { useEffect, useState } from 'react'
import type { Reply } from '../../../shared/ipc/contract.ts'
import { diffCounts } from '../../../shared/text/diff-lines.ts'
import { reversedDiff } from '../../../shared/text/reversed-diff.ts'
import { DiffLines } from '../../components/diff-lines.tsx'
import type { Actions } from '../../store/actions.ts'
import type { ProposedStep } from '../../store/plan-groups.ts'
import { countWords } from '../../store/wording.ts'

type File = NonNullable<ProposedStep['files']>[number]
type Told = Reply<'changes:diff'>

function goesAndComes(diff: string): string {
  const { added, removed } = diffCounts(diff)
  const goes = removed === 0 ? [] : [`${countWords(removed, 'line')} would go (−)`]
  const comes = added === 0 ? [] : [`${countWords(added, 'line')} would come back (+)`]
  return `${[...goes, ...comes].join(', ')}.`
}

/** Against what was accepted, the other way round: what the plan would do to what is there now. */
function OneFile(props: { file: File; stack: string; actions: Actions }) {
  const { file, stack, actions } = props
  const [told, setTold] = useState<Told>()
  useEffect(() => {
    let isShown = true
    void actions.readChanges(stack, file.file).then((reply) => {
      if (isShown && reply) setTold(reply)
    })
    return () => {
      isShown = false
    }
  }, [actions, stack, file.file])
  const change = told?.changes?.files.find(({ path }) => path === file.file)
  const diff = change?.diff ? reversedDiff(change.diff) : null
  const words =
    told === undefined
      ? 'Comparing.'
      : diff !== null
        ? goesAndComes(diff)
        : (told.problem ?? change?.why ?? told.changes?.why ?? 'What differs cannot be shown.')
  return (
    <div className="put-back">
      <p className="put-back-head">
        <span className="changed-path">{file.file}</span> <span className="aside">{words}</span>
      </p>
      {diff !== null && (
        <DiffLines diff={diff} label={`What would change in ${file.file}`} most={24} />
      )}
    </div>
  )
}

/** The diff of each file that a step puts back. Of a snapshot the backup's own page tells. */
export function PutBack(props: { files: readonly File[]; stack: string; actions: Actions }) {
  const { files, stack, actions } = props
  return (
    <div className="put-backs">
      {files
        .filter(({ from }) => from !== 'snapshot')
        .map((file) => (
          <OneFile key={file.file} file={file} stack={stack} actions={actions} />
        ))}
    </div>
  )
}
