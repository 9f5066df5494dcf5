import { useEffect, useMemo, useState } from 'react'
import { diffCounts } from '../../../shared/text/diff-lines.ts'
import { reversedDiff } from '../../../shared/text/reversed-diff.ts'
import { DiffLines } from '../../components/diff-lines.tsx'
import type { Actions } from '../../store/actions.ts'
import type { ProposedStep } from '../../store/plan-groups.ts'
import { countWords } from '../../store/wording.ts'

type File = NonNullable<ProposedStep['files']>[number]
/** From what it will be to what it is, or why that cannot be shown. */
type Told = { diff: string | null; why: string | null }

const cannotShow = 'What differs cannot be shown line by line.'
/** A restore may put back hundreds; these are enough to see what it is about. */
const mostFiles = 12

type OfSnapshot = (snapshot: string) => ReturnType<Actions['readSnapshotChanges']>

async function readDifference(
  file: File,
  stack: string,
  actions: Actions,
  ofSnapshot: OfSnapshot,
): Promise<Told> {
  if (file.snapshot !== undefined) {
    const reply = await ofSnapshot(file.snapshot)
    const change = reply?.changes.find(({ path }) => `/${path}` === file.file || path === file.file)
    return { diff: change?.diff ?? null, why: reply?.problem ?? null }
  }
  const reply = await actions.readChanges(stack, file.file)
  const change = reply?.changes?.files.find(({ path }) => path === file.file)
  return {
    diff: change?.diff ?? null,
    why: reply?.problem ?? change?.why ?? reply?.changes?.why ?? null,
  }
}

function goesAndComes(diff: string): string {
  const { added, removed } = diffCounts(diff)
  const goes = removed === 0 ? [] : [`${countWords(removed, 'line')} would go (−)`]
  const comes = added === 0 ? [] : [`${countWords(added, 'line')} would come back (+)`]
  return `${[...goes, ...comes].join(', ')}.`
}

/** The other way round than a drift is told: what the plan would do to what is there now. */
function OneFile(props: { file: File; stack: string; actions: Actions; ofSnapshot: OfSnapshot }) {
  const { file, stack, actions, ofSnapshot } = props
  const [told, setTold] = useState<Told>()
  useEffect(() => {
    let isShown = true
    void readDifference(file, stack, actions, ofSnapshot).then((answer) => {
      if (isShown) setTold(answer)
    })
    return () => {
      isShown = false
    }
  }, [actions, stack, file, ofSnapshot])
  const diff = told?.diff ? reversedDiff(told.diff) : null
  const words =
    told === undefined
      ? 'Comparing.'
      : diff === null
        ? (told.why ?? cannotShow)
        : goesAndComes(diff)
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

/** The diff of each file that a step puts back. */
export function PutBack(props: { files: readonly File[]; stack: string; actions: Actions }) {
  const { files, stack, actions } = props
  const more = files.length - mostFiles
  // A comparison looks at every file of the snapshot, so it is asked for once.
  const ofSnapshot = useMemo(() => {
    const asked = new Map<string, ReturnType<OfSnapshot>>()
    return (snapshot: string) => {
      const answer = asked.get(snapshot) ?? actions.readSnapshotChanges(stack, snapshot)
      asked.set(snapshot, answer)
      return answer
    }
  }, [actions, stack])
  return (
    <div className="put-backs">
      {files.slice(0, mostFiles).map((file) => (
        <OneFile
          key={file.file}
          file={file}
          stack={stack}
          actions={actions}
          ofSnapshot={ofSnapshot}
        />
      ))}
      {more > 0 && <p className="aside">And {countWords(more, 'file')} more.</p>}
    </div>
  )
}
