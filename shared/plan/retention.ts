import type { SnapshotReason } from '../domain/snapshot.ts'
import type { KeepRule } from '../domain/stack.ts'

/** What a clock on the wall shows. */
export type WallClock = { year: number; month: number; day: number; hour: number }

/** A time in epoch milliseconds, as this machine's clock shows it. */
export type Zone = (at: number) => WallClock

export type RetainedSnapshot = {
  id: string
  /** Epoch milliseconds. */
  at: number
  /** Read right to its last byte, and not found damaged since. */
  verified: boolean
  /** Why it must stay. */
  pinned?: string
  reason: SnapshotReason
  /** It holds only some of what the others hold, so that it cannot stand for them. */
  isPart?: boolean
}

/** Newest first, both; together they are all that were given. */
export type RetentionPlan = {
  keep: { id: string; reasons: string[] }[]
  forget: { id: string; reason: string }[]
}

const dayMilliseconds = 86_400_000

/** As long as a restore can be undone. */
const besideDays = 7

const fewestVerified = 2

/**
 * Which snapshots stay, and why. The rule counts verified whole snapshots: the newest `last`, and
 * the newest of each hour, day, week and month, as many as it says. Pins come on top. What was
 * taken before a plan or a restore, or holds only a part, stays for seven days beside them, and
 * the newest `last` of those for longer. Of each kind the two newest verified ones always stay, and
 * nothing that two verified ones do not supersede goes. Of a time to come nothing is decided.
 */
export function planRetention(
  snapshots: readonly RetainedSnapshot[],
  rule: KeepRule,
  now: number,
  zone: Zone = inUtc,
): RetentionPlan {
  const newestFirst = [...snapshots].sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))
  const reasons = new Map<string, string[]>()
  const because = (one: RetainedSnapshot, reason: string) => {
    reasons.set(one.id, [...(reasons.get(one.id) ?? []), reason])
  }

  for (const one of newestFirst) {
    if (one.pinned !== undefined) because(one, `pinned: ${one.pinned}`)
    if (one.at > now) because(one, 'its time is still to come')
  }
  const past = newestFirst.filter((one) => one.at <= now)
  for (const kind of [past.filter(isWhole), past.filter((one) => !isWhole(one))]) {
    const verified = kind.filter((one) => one.verified)
    const counted = verified.filter((one) => one.pinned === undefined)
    for (const one of counted.slice(0, rule.last)) because(one, `one of the last ${rule.last}`)
    for (const one of verified.slice(0, fewestVerified)) {
      because(one, 'one of the two newest that are verified')
    }
    for (const [index, one] of kind.entries()) {
      if (one.verified) continue
      const newer = kind.slice(0, index).filter((other) => other.verified).length
      if (newer < fewestVerified) because(one, 'fewer than two verified ones are newer')
    }
  }
  for (const one of past) {
    if (!isWhole(one) && now - one.at < besideDays * dayMilliseconds) {
      because(one, `younger than ${besideDays} days`)
    }
  }
  const counted = past.filter((one) => isWhole(one) && one.verified && one.pinned === undefined)
  for (const [name, periodOf] of periods) {
    const seen = new Set<string>()
    for (const one of counted) {
      const period = periodOf(zone(one.at))
      if (seen.size >= rule[name] || seen.has(period)) continue
      seen.add(period)
      because(one, `the newest of ${period}`)
    }
  }

  return {
    keep: newestFirst.flatMap(({ id }) => {
      const why = reasons.get(id)
      return why ? [{ id, reasons: why }] : []
    }),
    forget: newestFirst
      .filter(({ id }) => !reasons.has(id))
      .map((one) => ({ id: one.id, reason: whyForgotten(one) })),
  }
}

const isWhole = (one: RetainedSnapshot): boolean =>
  !one.isPart && (one.reason === 'manual' || one.reason === 'scheduled')

function whyForgotten(one: RetainedSnapshot): string {
  if (!one.verified) return 'not verified, and two newer ones are'
  return isWhole(one)
    ? 'the rule keeps newer ones of its hour, day, week and month'
    : `older than ${besideDays} days, and not one of the last`
}

const two = (number: number) => String(number).padStart(2, '0')
const day = ({ year, month, day: ofMonth }: WallClock) => `${year}-${two(month)}-${two(ofMonth)}`

const periods: readonly [
  name: Exclude<keyof KeepRule, 'last'>,
  periodOf: (at: WallClock) => string,
][] = [
  ['hourly', (at) => `${day(at)} ${two(at.hour)}:00`],
  ['daily', day],
  ['weekly', (at) => `the week from ${mondayOf(at)}`],
  ['monthly', ({ year, month }) => `${year}-${two(month)}`],
]

function mondayOf({ year, month, day: ofMonth }: WallClock): string {
  const noon = Date.UTC(year, month - 1, ofMonth)
  const sinceMonday = (new Date(noon).getUTCDay() + 6) % 7
  return new Date(noon - sinceMonday * dayMilliseconds).toISOString().slice(0, 10)
}

function inUtc(at: number): WallClock {
  const date = new Date(at)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
  }
}
