import { shortId } from '../../../shared/domain/short-id.ts'
import type { SnapshotView } from '../../../shared/ipc/backup-view.ts'
import type { Health } from '../../../shared/ipc/status.ts'
import { dayAndTime } from '../../../shared/kit/day-and-time.ts'
import { countWords, durationWords } from '../wording.ts'
import { dayOf, markOf, markWords } from './calendar.ts'
import { componentWords, consistencyWords, reasonWords, sizeWords } from './words.ts'

export type Badge = { kind: 'verified' | 'proven' | 'pinned' | 'encrypted'; word: string }

export type SnapshotRow = {
  id: string
  when: string
  reason: string
  /** What is said of it beyond the usual: why it was taken, pinned, what it lacks. */
  notes: readonly string[]
  state: Health
  word: string
  size: string
  added: string
  badges: readonly Badge[]
}

const states: Record<ReturnType<typeof markOf>, Health> = {
  good: 'ok',
  partial: 'warning',
  unverified: 'unknown',
  damaged: 'critical',
}

export function badgesOf(snapshot: SnapshotView): Badge[] {
  const badges: (Badge | false)[] = [
    snapshot.verifiedAt !== null &&
      snapshot.damaged === null && { kind: 'verified', word: 'verified' },
    snapshot.provenAt !== null && { kind: 'proven', word: 'proven' },
    snapshot.pinned !== null && { kind: 'pinned', word: 'pinned' },
    snapshot.encrypted && { kind: 'encrypted', word: 'encrypted' },
  ]
  return badges.filter((badge) => badge !== false)
}

function notesOf(snapshot: SnapshotView): string[] {
  const { note, pinned, gaps, damaged } = snapshot
  return [
    note ?? [],
    pinned !== null && pinned !== note ? pinned : [],
    gaps.length > 1 ? `${gaps.length} things are missing` : gaps,
    damaged !== null ? `${countWords(damaged.length, 'file')} lost` : [],
  ].flat()
}

/** The list, narrowed to a day where one is chosen. Nothing is green while nobody is heard. */
export function snapshotRows(
  snapshots: readonly SnapshotView[],
  day: string | null,
  connected: boolean,
  now: number,
): SnapshotRow[] {
  return snapshots
    .filter(({ at }) => day === null || dayOf(at) === day)
    .map((snapshot) => {
      const mark = markOf(snapshot)
      return {
        id: snapshot.id,
        when: dayAndTime(snapshot.at, now),
        reason: reasonWords[snapshot.reason],
        notes: notesOf(snapshot),
        state: connected || states[mark] !== 'ok' ? states[mark] : 'unknown',
        word: markWords[mark],
        size: sizeWords(snapshot.sizeBytes),
        added: `+ ${sizeWords(snapshot.addedBytes)}`,
        badges: badgesOf(snapshot),
      }
    })
}

export type SnapshotSheet = {
  label: string
  title: string
  state: Health
  badges: readonly Badge[]
  /** What is wrong with it, said whole. */
  warnings: readonly string[]
  damaged: readonly string[]
  facts: readonly { label: string; value: string }[]
  components: readonly {
    id: string
    title: string
    kind: string
    consistency: string
    files: string
    size: string
    /** The account of the machine is there to be read: nobody can put a machine back. */
    restores: boolean
  }[]
}

/** All that is known of one snapshot. */
export function snapshotSheet(
  snapshot: SnapshotView,
  connected: boolean,
  now: number,
): SnapshotSheet {
  const { note, pinned, verifiedAt, provenAt, damaged } = snapshot
  const state = states[markOf(snapshot)]
  const at = (time: string | null, never: string) => (time === null ? never : dayAndTime(time, now))
  return {
    label: `${reasonWords[snapshot.reason]} · took ${durationWords(snapshot.milliseconds)} · ${shortId(snapshot.id)}`,
    title: `Backup of ${dayAndTime(snapshot.at, now)}`,
    state: connected || state !== 'ok' ? state : 'unknown',
    badges: badgesOf(snapshot),
    warnings: snapshot.gaps,
    damaged: snapshot.damaged ?? [],
    facts: [
      ...(note === undefined ? [] : [{ label: 'Taken', value: note }]),
      ...(pinned === null ? [] : [{ label: 'Pinned', value: pinned }]),
      {
        label: 'Verified',
        // What it shares with earlier ones may have been read before it was taken.
        value:
          (verifiedAt !== null && verifiedAt < snapshot.at ? 'every byte read since ' : '') +
          at(verifiedAt, 'never') +
          (damaged === null ? '' : ', damaged since'),
      },
      { label: 'Proven', value: at(provenAt, 'never') },
      {
        label: 'Size',
        value: `${sizeWords(snapshot.sizeBytes)} in ${countWords(snapshot.files, 'file')}`,
      },
      {
        label: 'Packed',
        value: `${sizeWords(snapshot.storedBytes)}, of which ${sizeWords(snapshot.addedBytes)} were new`,
      },
      { label: 'Engine', value: snapshot.engineId ?? 'none answered' },
    ],
    components: snapshot.components.map(({ id, kind, title, consistency, files, sizeBytes }) => ({
      id,
      title,
      kind: componentWords[kind],
      consistency: consistencyWords[consistency],
      files: String(files),
      size: sizeWords(sizeBytes),
      restores: kind !== 'machine',
    })),
  }
}
