import { shortId } from '../../../shared/domain/short-id.ts'
import type { SnapshotEntry, SnapshotReason } from '../../../shared/domain/snapshot.ts'
import type { BackupOutcome } from '../../backup/order.ts'
import { counted } from '../../backup/run/say.ts'
import type { Paint } from '../reporters/paint.ts'
import { visibleName } from '../reporters/visible.ts'

// What the backup commands say in the same words.

export const reasonWords: Readonly<Record<SnapshotReason, string>> = {
  manual: 'asked for',
  scheduled: 'by schedule',
  'before-plan': 'before a plan',
  'before-restore': 'before a restore',
}

export const localTime = (iso: string): string => new Date(iso).toLocaleString('sv-SE')

const looks: Readonly<
  Record<BackupOutcome['outcome'], { mark: string; style: Parameters<Paint>[0] }>
> = {
  done: { mark: '●', style: 'green' },
  partial: { mark: '▲', style: 'yellow' },
  damaged: { mark: '■', style: 'red' },
  failed: { mark: '■', style: 'red' },
  cancelled: { mark: '·', style: 'cyan' },
}

/** How it ended, and what is missing. */
export function outcomeText({ outcome, sentence, problems }: BackupOutcome, paint: Paint): string {
  const { mark, style } = looks[outcome]
  return [
    `${paint(style, mark)} ${visibleName(sentence)}`,
    ...problems.map((problem) => `  · ${visibleName(problem)}`),
  ].join('\n')
}

/** "asked for: before the big update" */
export function whyText({ manifest }: SnapshotEntry): string {
  const { reason, note } = manifest
  return note === undefined ? reasonWords[reason] : `${reasonWords[reason]}: ${visibleName(note)}`
}

/** What became of it since: each in a word or two. */
export function marksText({ manifest, marks }: SnapshotEntry, paint: Paint): string {
  const { damaged, verifiedAt, provenAt, pinned } = marks
  return [
    ...(damaged ? [paint('red', `damaged (${lossText(damaged)})`)] : []),
    ...(!damaged && verifiedAt ? ['verified'] : []),
    ...(!damaged && !verifiedAt ? [paint('yellow', 'never verified')] : []),
    ...(provenAt ? ['proven'] : []),
    ...(pinned === undefined ? [] : [`pinned: ${visibleName(pinned)}`]),
    ...(manifest.gaps.length > 0 ? [paint('yellow', counted(manifest.gaps.length, 'gap'))] : []),
    ...(manifest.encrypted ? ['encrypted'] : []),
  ].join(', ')
}

const lossText = ({ files, packs }: { files: readonly string[]; packs: readonly string[] }) =>
  files.length > 0 ? counted(files.length, 'file') : counted(packs.length, 'pack')

export const brokenText = ({ id, sentence }: { id: string; sentence: string }): string =>
  `${visibleName(shortId(id))}  ${visibleName(id)} cannot be read: ${visibleName(sentence)}`

export const next = (paint: Paint, command: string): string =>
  `${paint('bold', 'Next:')} ${command}`
