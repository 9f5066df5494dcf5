import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planRetention, type RetainedSnapshot, type WallClock } from './retention.ts'

const now = Date.UTC(2026, 10, 23, 12)
const hour = 3_600_000
const none = { last: 0, hourly: 0, daily: 0, weekly: 0, monthly: 0 }

const aSnapshot = (hoursAgo: number, other: Partial<RetainedSnapshot> = {}): RetainedSnapshot => ({
  id: `${hoursAgo}h`,
  at: now - hoursAgo * hour,
  verified: true,
  reason: 'scheduled',
  ...other,
})

const kept = (plan: ReturnType<typeof planRetention>) => plan.keep.map(({ id }) => id)

describe('by the rule', () => {
  test('keeps the newest of each hour, day, week and month, and says so', () => {
    const snapshots = Array.from({ length: 24 * 60 }, (_, index) => aSnapshot(index))
    const plan = planRetention(
      snapshots,
      { last: 1, hourly: 2, daily: 2, weekly: 3, monthly: 2 },
      now,
    )
    expect(plan.keep).toEqual([
      {
        id: '0h',
        reasons: [
          'one of the last 1',
          'one of the two newest that are verified',
          'the newest of 2026-11-23 12:00',
          'the newest of 2026-11-23',
          'the newest of the week from 2026-11-23',
          'the newest of 2026-11',
        ],
      },
      {
        id: '1h',
        reasons: ['one of the two newest that are verified', 'the newest of 2026-11-23 11:00'],
      },
      {
        id: '13h',
        reasons: ['the newest of 2026-11-22', 'the newest of the week from 2026-11-16'],
      },
      { id: '181h', reasons: ['the newest of the week from 2026-11-09'] },
      { id: '541h', reasons: ['the newest of 2026-10'] },
    ])
    expect(plan.forget).toHaveLength(snapshots.length - 5)
    expect(plan.forget[0]).toEqual({
      id: '2h',
      reason: 'the rule keeps newer ones of its hour, day, week and month',
    })
  })

  test('reads days from the clock of this machine', () => {
    // 20:30 and 21:30 UTC are of two days where midnight is at 21:00 UTC.
    const eastern = (at: number): WallClock => {
      const date = new Date(at + 3 * hour)
      return {
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
        hour: date.getUTCHours(),
      }
    }
    const evenings = [14.5, 15.5, 100, 101].map((hoursAgo) => aSnapshot(hoursAgo))
    const rule = { ...none, daily: 3 }
    expect(kept(planRetention(evenings, rule, now))).toEqual(['14.5h', '15.5h', '100h'])
    expect(planRetention(evenings, rule, now, eastern).keep).toContainEqual({
      id: '15.5h',
      reasons: ['one of the two newest that are verified', 'the newest of 2026-11-22'],
    })
  })

  test('a snapshot before a plan, or of a part, does not stand for the whole of its day', () => {
    const plan = planRetention(
      [
        aSnapshot(1, { reason: 'before-plan' }),
        aSnapshot(2, { isPart: true, reason: 'manual' }),
        aSnapshot(3),
        aSnapshot(200, { reason: 'before-restore' }),
        aSnapshot(300),
      ],
      { ...none, daily: 1 },
      now,
    )
    expect(kept(plan)).toEqual(['1h', '2h', '3h', '300h'])
    expect(plan.forget).toEqual([
      { id: '200h', reason: 'older than 7 days, and not one of the last' },
    ])
  })

  test('what is not verified stays until two newer ones are', () => {
    const unverified = { verified: false }
    const plan = planRetention(
      [
        aSnapshot(1, unverified),
        aSnapshot(2),
        aSnapshot(3, unverified),
        aSnapshot(4),
        aSnapshot(5, unverified),
      ],
      { ...none, last: 1 },
      now,
    )
    expect(kept(plan)).toEqual(['1h', '2h', '3h', '4h'])
    expect(plan.forget).toEqual([{ id: '5h', reason: 'not verified, and two newer ones are' }])
  })
})

const someSnapshots = fc.uniqueArray(
  fc.record(
    {
      id: fc.string({ minLength: 1, maxLength: 8 }),
      at: fc.integer({ min: now - 900 * 24 * hour, max: now + 40 * 24 * hour }),
      verified: fc.boolean(),
      pinned: fc.string(),
      reason: fc.constantFrom('manual', 'scheduled', 'before-plan', 'before-restore'),
      isPart: fc.boolean(),
    },
    { requiredKeys: ['id', 'at', 'verified', 'reason'] },
  ),
  { selector: ({ id }) => id, maxLength: 60 },
) as fc.Arbitrary<RetainedSnapshot[]>

const aCount = fc.integer({ min: 0, max: 6 })
const someRule = fc.record({
  last: aCount,
  hourly: aCount,
  daily: aCount,
  weekly: aCount,
  monthly: aCount,
})

describe('whatever there is and whatever the rule', () => {
  const holds = (
    claim: (
      plan: ReturnType<typeof planRetention>,
      given: RetainedSnapshot[],
      rule: typeof none,
    ) => void,
  ) =>
    fc.assert(
      fc.property(someSnapshots, someRule, (given, rule) =>
        claim(planRetention(given, rule, now), given, rule),
      ),
    )

  test('each snapshot is either kept with reasons or forgotten with one', () => {
    holds((plan, given) => {
      const ids = [...kept(plan), ...plan.forget.map(({ id }) => id)]
      expect(ids.sort()).toEqual(given.map(({ id }) => id).sort())
      expect(plan.keep.every(({ reasons }) => reasons.length > 0)).toBe(true)
    })
  })

  test('two verified ones are left where there were two', () => {
    holds((plan, given) => {
      const verified = given.filter((one) => one.verified)
      const left = verified.filter(({ id }) => kept(plan).includes(id))
      expect(left.length).toBeGreaterThanOrEqual(Math.min(2, verified.length))
    })
  })

  test('pins stay, and so does what is of a time to come', () => {
    holds((plan, given) => {
      const fixed = given.filter((one) => one.pinned !== undefined || one.at > now)
      expect(kept(plan)).toEqual(expect.arrayContaining(fixed.map(({ id }) => id)))
    })
  })

  test('what is of a time to come changes nothing for the others', () => {
    holds((plan, given, rule) => {
      const past = given.filter(({ at }) => at <= now)
      expect(planRetention(past, rule, now).forget).toEqual(plan.forget)
    })
  })

  test('a second run forgets nothing more', () => {
    holds((plan, given, rule) => {
      const left = given.filter(({ id }) => kept(plan).includes(id))
      expect(planRetention(left, rule, now).forget).toEqual([])
    })
  })

  test('the order in which they are given does not matter', () => {
    holds((plan, given, rule) => {
      expect(planRetention([...given].reverse(), rule, now)).toEqual(plan)
    })
  })

  test('a more generous rule forgets nothing that a stricter one keeps', () => {
    holds((plan, given, rule) => {
      const generous = planRetention(given, { ...rule, daily: rule.daily + 1 }, now)
      expect(kept(generous)).toEqual(expect.arrayContaining(kept(plan)))
    })
  })
})
