import type { FileChanges, FileDifference } from '../../../shared/ipc/file-changes.ts'
import type { MonitoringView } from '../../../shared/ipc/monitoring-view.ts'
import {
  countsWords,
  type DiffLine,
  diffCounts,
  diffLines,
} from '../../../shared/text/diff-lines.ts'
import type { Paint } from './paint.ts'
import { visible } from './visible.ts'

/** What differs in each file, line by line, with the line's number as it is now. */
export function fileChangesText(changes: readonly FileChanges[], paint: Paint): string[] {
  return changes.flatMap(({ files, path, why }) => [
    ...files.flatMap((file) => {
      const counts = countsWords(diffCounts(file.diff ?? ''))
      const what = [file.change, counts].filter(Boolean).join(': ')
      return [
        '',
        paint('bold', `${file.path}  ${what}`),
        ...(file.diff === null ? [`  ${file.why ?? ''}`] : diffText(file.diff, paint)),
      ]
    }),
    ...(why === null ? [] : ['', paint('bold', path), `  ${why}`]),
  ])
}

/** What a plan would do to each file, with the line's number as it would be. */
export function differencesText(differences: readonly FileDifference[], paint: Paint): string[] {
  return differences.flatMap(({ path, diff, why }) => {
    const { added, removed } = diffCounts(diff ?? '')
    const counts = diff === null ? '' : `  ${removed} would go (-), ${added} would come (+)`
    return [
      '',
      paint('bold', `${path}${counts}`),
      ...(diff === null ? [`  ${why ?? ''}`] : diffText(diff, paint)),
    ]
  })
}

const looks: Record<DiffLine['kind'], { sign: string; style?: Parameters<Paint>[0] }> = {
  same: { sign: ' ' },
  added: { sign: '+', style: 'green' },
  removed: { sign: '-', style: 'red' },
  gap: { sign: '⋯', style: 'dim' },
}

function diffText(diff: string, paint: Paint): string[] {
  const lines = diffLines(diff)
  const width = Math.max(...lines.map(({ before, after }) => `${after ?? before ?? ''}`.length))
  return lines.map(({ kind, text, before, after }) => {
    const number = `${after ?? before ?? ''}`.padStart(width)
    const { sign, style } = looks[kind]
    const line = `  ${number} ${sign} ${visible(text)}`
    return style ? paint(style, line) : line
  })
}

const short = (id: string): string => id.replace(/^sha256:/, '').slice(0, 12)

/** Images and compose settings have no lines: what was accepted, and what is there. */
export const otherDriftText = ({ drift }: MonitoringView): string[] =>
  drift
    .filter(({ what, state }) => what !== 'file' && state === 'changed')
    .map(({ what, subject, accepted, observed }) => {
      const name = what === 'image' ? 'image' : 'compose settings'
      return `${subject}: ${name} ${short(accepted ?? '')} → ${short(observed ?? '')}`
    })
