import type { SnapshotChange, SnapshotView } from '../../../shared/ipc/backup-view.ts'
import { dayAndTime } from '../../../shared/kit/day-and-time.ts'
import { countWords } from '../wording.ts'
import { reasonWords, sizeWords } from './words.ts'

export type ChangeRow = {
  key: string
  sign: '+' | '−' | '~'
  word: string
  component: string
  path: string
  sizes: string
  /** Unified; null where nothing can be shown line by line. */
  diff: string | null
}

const signs: Record<SnapshotChange['change'], ChangeRow['sign']> = {
  added: '+',
  removed: '−',
  changed: '~',
  mode: '~',
}

const words: Record<SnapshotChange['change'], string> = {
  added: 'added',
  removed: 'removed',
  changed: 'changed',
  mode: 'mode changed',
}

function sizesOf({ sizeBefore, sizeAfter }: SnapshotChange): string {
  const size = (bytes: number | null) => (bytes === null ? 'none' : sizeWords(bytes))
  if (sizeBefore === null || sizeAfter === null) return size(sizeAfter ?? sizeBefore)
  const [before, after] = [size(sizeBefore), size(sizeAfter)]
  return before === after ? after : `${before} → ${after}`
}

export const changeRows = (changes: readonly SnapshotChange[]): ChangeRow[] =>
  changes.map((change) => ({
    key: `${change.component}/${change.path}`,
    sign: signs[change.change],
    word: words[change.change],
    component: change.component,
    path: change.path,
    sizes: sizesOf(change),
    diff: change.diff,
  }))

/** `3 changed, 1 added, 2 removed.` */
export function changesWords(changes: readonly SnapshotChange[], against: string): string {
  if (changes.length === 0) return `Nothing differs from ${against}.`
  const counts = Map.groupBy(changes, ({ change }) => words[change])
  const parts = [...counts].map(([word, all]) => `${all.length} ${word}`)
  return `${countWords(changes.length, 'difference')} from here to ${against}: ${parts.join(', ')}.`
}

export const nowChoice = ''

/** What a snapshot can be compared with: what is there now, and every other one. */
export const comparable = (
  snapshots: readonly SnapshotView[],
  id: string,
  now: number,
): { value: string; label: string }[] => [
  { value: nowChoice, label: 'what is there now' },
  ...snapshots
    .filter((snapshot) => snapshot.id !== id)
    .map(({ id: value, at, reason }) => ({
      value,
      label: `the backup of ${dayAndTime(at, now)}, ${reasonWords[reason]}`,
    })),
]
