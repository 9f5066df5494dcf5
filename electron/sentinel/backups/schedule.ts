import { Cron } from 'croner'

// When work is due, from cron lines and what has been done. croner only calculates: a timer of
// its own would stand still while the machine sleeps. `zone` is this machine's own unless given.

/** What is remembered of one schedule: moments in epoch milliseconds. */
export type Slots = {
  /** When this schedule was first seen: nothing before it is due. */
  since: number
  /** The newest slot that was begun. */
  done?: number
}

/** Throws a sentence where a line makes no sense. */
export function checkLine(line: string): void {
  const cron = cronOf(line)
  if (cron.nextRun() === null)
    throw new Error(`The schedule "${line}" never comes, expected a day.`)
}

function cronOf(line: string, zone?: string): Cron {
  try {
    return new Cron(line.trim(), { paused: true, ...(zone !== undefined && { timezone: zone }) })
  } catch (error) {
    const why = (error as Error).message.replace(/^CronPattern: /, '')
    throw new Error(`The schedule "${line}" is not a cron line (${why}), expected "15 2 * * *".`)
  }
}

/** The newest moment at or before `at` that one of the lines names. */
export function slotBefore(
  lines: readonly string[],
  at: number,
  zone?: string,
): number | undefined {
  const moments = lines.flatMap((line) => {
    // croner 11.0.1 leaves the given second out.
    const [moment] = cronOf(line, zone).previousRuns(1, new Date(at + 1_000))
    return moment === undefined || moment.getTime() > at ? [] : [moment.getTime()]
  })
  return moments.length === 0 ? undefined : Math.max(...moments)
}

/** The first moment after `at` that one of the lines names. */
export function slotAfter(lines: readonly string[], at: number, zone?: string): number | undefined {
  const moments = lines.flatMap((line) => cronOf(line, zone).nextRun(new Date(at))?.getTime() ?? [])
  return moments.length === 0 ? undefined : Math.min(...moments)
}

/** A clock that is set back by more than this was wrong before: what it noted is let go. */
const setBackMs = 3_600_000

/** What is remembered, mended where the clock has been set back since. */
export function mendedSlots(slots: Slots, now: number): Slots {
  const { since, done } = slots
  const mended = { since: Math.min(since, now), ...(done !== undefined && { done }) }
  return done !== undefined && done > now + setBackMs ? { ...mended, done: now } : mended
}

/** The one slot that is due: however many were missed, they are caught up with once. */
export function dueSlot(
  lines: readonly string[],
  slots: Slots,
  now: number,
  zone?: string,
): number | undefined {
  const slot = slotBefore(lines, now, zone)
  const handled = Math.max(slots.since, slots.done ?? 0)
  return slot !== undefined && slot > handled ? slot : undefined
}

type Wakefulness = {
  /** Since when this process has been awake: its start, or the end of the last sleep. */
  awakeSince: number
  afterResumeSeconds: number
}

/** When a due slot may begin: at once, unless it passed while nobody was awake to see it. */
export function mayBeginAt(slot: number, { awakeSince, afterResumeSeconds }: Wakefulness): number {
  return slot >= awakeSince ? slot : awakeSince + afterResumeSeconds * 1_000
}

const quarterHour = 900_000
const mostGraceMs = 6 * 3_600_000

/**
 * From when on somebody should be told that a due slot has not come about: a quarter of the time
 * between two of them, and never before it could have begun.
 */
export function overdueAt(
  lines: readonly string[],
  slot: number,
  wakefulness: Wakefulness,
  zone?: string,
): number {
  const next = slotAfter(lines, slot, zone) ?? slot
  const graceMs = Math.min(mostGraceMs, Math.max(quarterHour, (next - slot) / 4))
  const couldBegin = mayBeginAt(slot, wakefulness)
  return Math.max(slot + graceMs, couldBegin === slot ? 0 : couldBegin + quarterHour)
}

/** Whether so much more time went by than a timer was set for that the machine must have slept. */
export const hasSlept = (lastTick: number, now: number, everyMs: number): boolean =>
  now - lastTick > everyMs + 30_000
