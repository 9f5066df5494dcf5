import type { Baseline, MonitoringSights } from '../../../shared/domain/monitoring.ts'
import type { WatchedFile } from '../../../shared/domain/watched-file.ts'
import type { FileChanges } from '../../../shared/ipc/file-changes.ts'
import type { TimelineEntry } from '../../../shared/ipc/status.ts'
import { countsWords, diffCounts } from '../../../shared/text/diff-lines.ts'

type NoteParts = {
  changesOf: (path: string, baseline: Baseline) => Promise<FileChanges>
  record: (entry: TimelineEntry) => void
  now: () => number
}

/** Writes into the timeline what happens to the files of a stack while somebody looks. */
export function noteChanges({ changesOf, record, now }: NoteParts) {
  const seen = new Map<string, ReadonlyMap<string, string>>()

  async function note(stack: string, file: WatchedFile, baseline?: Baseline): Promise<void> {
    const sentence = await sentenceOf(file, baseline, changesOf)
    const at = new Date(Math.min(file.modifiedAt ?? now(), now())).toISOString()
    record({ at, kind: 'stack', stack, subject: `file:${file.path}`, sentence })
  }

  /** To be called after each look; what was seen for the first time has not changed. */
  return async function look(
    stack: string,
    { files }: MonitoringSights,
    baseline?: Baseline,
  ): Promise<void> {
    if (files.status === 'unknown') return
    const before = seen.get(stack)
    const after = new Map(files.value.map((file) => [file.path, stampOf(file)]))
    seen.set(stack, after)
    const changed = files.value.filter(({ path }) => {
      const was = before?.get(path)
      return was !== undefined && was !== after.get(path)
    })
    await Promise.all(changed.map((file) => note(stack, file, baseline)))
  }
}

const stampOf = ({ state, sha256 }: WatchedFile): string => `${state} ${sha256 ?? ''}`

async function sentenceOf(
  { path, state, sha256 }: WatchedFile,
  baseline: Baseline | undefined,
  changesOf: NoteParts['changesOf'],
): Promise<string> {
  const name = path.split('/').at(-1) || path
  if (state === 'missing') return `${name} is gone.`
  if (state === 'unreadable') return `${name} cannot be read any more.`
  if (baseline?.files[path] === undefined) return `${name} changed.`
  if (baseline.files[path] === sha256) return `${name} is as it was accepted again.`
  const { files } = await changesOf(path, baseline)
  const counts = files.map(({ diff }) => diffCounts(diff ?? ''))
  const lines = countsWords({
    added: counts.reduce((sum, { added }) => sum + added, 0),
    removed: counts.reduce((sum, { removed }) => sum + removed, 0),
  })
  const inFiles = files.length > 1 ? ` in ${files.length} files` : ''
  return lines === '' ? `${name} changed.` : `${name} changed: ${lines}${inFiles}.`
}
