import type { SnapshotView } from '../../../shared/ipc/backup-view.ts'
import { daysBetween } from '../../../shared/kit/day-and-time.ts'
import { pathsOf } from '../monitoring/plot.ts'
import { countWords } from '../wording.ts'
import { isLight } from './preview.ts'
import { sizeWords } from './words.ts'

export const sizePlotSize = { width: 264, height: 56 } as const

export type SizePlot = {
  label: string
  value: string
  top: string
  span: string
  paths: readonly string[]
}

/** What holds configuration alone says nothing of the size of the others. */
const wholeOf = (snapshots: readonly SnapshotView[]): SnapshotView[] =>
  snapshots.every(isLight) ? [...snapshots] : snapshots.filter((one) => !isLight(one))

/** Size over time. Between two backups nothing is missing, so the line has no gaps. */
export function sizePlots(snapshots: readonly SnapshotView[]): SizePlot[] {
  const whole = wholeOf(snapshots).toReversed()
  const [oldest, newest] = [whole[0], whole.at(-1)]
  if (oldest === undefined || newest === undefined) return []
  const from = Date.parse(oldest.at)
  const to = Math.max(from + 1, Date.parse(newest.at))
  const span = `last ${countWords(Math.max(1, daysBetween(from, to)), 'day')}`
  const plotOf = (label: string, of: (snapshot: SnapshotView) => number): SizePlot => {
    const points = whole.map((snapshot) => ({ at: Date.parse(snapshot.at), value: of(snapshot) }))
    const max = Math.max(1, ...points.map(({ value }) => value)) * 1.05
    const highest = Math.max(0, ...points.map(({ value }) => value))
    return {
      label,
      value: sizeWords(of(newest)),
      top: sizeWords(highest),
      span,
      paths: pathsOf(points, { ...sizePlotSize, from, to, max }, Number.POSITIVE_INFINITY),
    }
  }
  return [
    plotOf('Size of a backup', ({ sizeBytes }) => sizeBytes),
    plotOf('Added by each', ({ addedBytes }) => addedBytes),
  ]
}
