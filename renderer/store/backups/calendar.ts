import type { BackupView, SnapshotView } from '../../../shared/ipc/backup-view.ts'
import { countWords } from '../wording.ts'
import { dueOn } from './schedule.ts'

/** The worst that can be said of the backups of a day; `missed`: due and none there. */
export type DayMark = 'good' | 'partial' | 'unverified' | 'damaged' | 'missed' | 'none'

export type CalendarDay = {
  /** `2026-11-23` by this machine's clock. */
  key: string
  number: number
  mark: DayMark
  words: string
  inMonth: boolean
  today: boolean
  /** Nothing can have been taken yet. */
  ahead: boolean
}

export type CalendarMonth = { title: string; weeks: readonly (readonly CalendarDay[])[] }

const monthTitle = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric' })
const fullDay = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
})

const two = (value: number): string => String(value).padStart(2, '0')

export const dayKey = (date: Date): string =>
  `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`

export const dayOf = (time: string): string => dayKey(new Date(time))

const dateOf = (key: string): Date => {
  const [year = 0, month = 1, day = 1] = key.split('-').map(Number)
  return new Date(year, month - 1, day)
}

/** `2026-11-23` → `Monday 23 November`. */
export const dayTitle = (key: string): string => fullDay.format(dateOf(key)).replace(',', '')

export const markWords: Record<DayMark, string> = {
  good: 'good',
  partial: 'partial',
  unverified: 'not verified',
  damaged: 'damaged',
  missed: 'missed',
  none: 'none',
}

const worstFirst: readonly DayMark[] = ['damaged', 'partial', 'unverified', 'good']

/** What can be said of one snapshot. */
export function markOf(snapshot: SnapshotView): Exclude<DayMark, 'missed' | 'none'> {
  if (snapshot.damaged !== null) return 'damaged'
  if (snapshot.gaps.length > 0) return 'partial'
  return snapshot.verifiedAt === null ? 'unverified' : 'good'
}

/**
 * From which day on a hole is a hole. The newest of each of the last `daily` days that have any
 * is kept, so that back to the oldest of these days nothing has been cleaned up whole.
 */
function holesSince(view: BackupView): string | undefined {
  const days = [...new Set(view.snapshots.map(({ at }) => dayOf(at)))].toSorted()
  return days.at(-Math.max(1, view.plan.keep.daily)) ?? days[0]
}

export function calendarMonth(view: BackupView, month: Date, now: number): CalendarMonth {
  const since = holesSince(view)
  const todayKey = dayKey(new Date(now))
  const overdueKey = view.overdueSince === null ? undefined : dayOf(view.overdueSince)
  const taken = Map.groupBy(view.snapshots, ({ at }) => dayOf(at))

  function markOfDay(date: Date, key: string): DayMark {
    const marks = (taken.get(key) ?? []).map(markOf)
    const worst = worstFirst.find((mark) => marks.some((one) => one === mark))
    if (worst !== undefined) return worst
    if (key === overdueKey) return 'missed'
    const seen = since !== undefined && key >= since && key < todayKey
    return seen && view.plan.schedule.some((line) => dueOn(line, date)) ? 'missed' : 'none'
  }

  function dayIn(date: Date): CalendarDay {
    const key = dayKey(date)
    const mark = markOfDay(date, key)
    const count = taken.get(key)?.length ?? 0
    const said = count === 0 ? '' : `${countWords(count, 'backup')}, `
    const ahead = key > todayKey
    return {
      key,
      number: date.getDate(),
      mark,
      words: `${dayTitle(key)}: ${ahead && mark === 'none' ? 'to come' : said + markSentences[mark]}`,
      inMonth: date.getMonth() === month.getMonth(),
      today: key === todayKey,
      ahead,
    }
  }

  const first = new Date(month.getFullYear(), month.getMonth(), 1)
  const before = (first.getDay() + 6) % 7
  const days = new Date(month.getFullYear(), month.getMonth() + 1, 0).getDate()
  const weeks = Math.ceil((before + days) / 7)
  return {
    title: monthTitle.format(first),
    weeks: Array.from({ length: weeks }, (_, week) =>
      Array.from({ length: 7 }, (__, day) =>
        dayIn(new Date(first.getFullYear(), first.getMonth(), 1 - before + week * 7 + day)),
      ),
    ),
  }
}

const markSentences: Record<DayMark, string> = {
  good: 'good',
  partial: 'something is missing',
  unverified: 'not verified yet',
  damaged: 'damaged',
  missed: 'missed: due by the schedule, and none is there',
  none: 'none',
}

/** The months that have anything to show, for the buttons before and after. */
export function monthsOf(view: BackupView, now: number): { first: Date; last: Date } {
  const oldest = view.snapshots.at(-1)?.at
  return { first: monthOf(oldest === undefined ? now : Date.parse(oldest)), last: monthOf(now) }
}

export const monthOf = (time: number): Date => {
  const date = new Date(time)
  return new Date(date.getFullYear(), date.getMonth(), 1)
}

export const monthAfter = (month: Date, by: number): Date =>
  new Date(month.getFullYear(), month.getMonth() + by, 1)
