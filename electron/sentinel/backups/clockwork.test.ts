import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Stack } from '../../../shared/domain/stack.ts'
import { usualBackup } from '../../../shared/stack/stack-schema.ts'
import { aStack } from '../../../test/support/a-world.ts'
import type { BackupOutcome } from '../../backup/order.ts'
import { type Clockwork, clockwork } from './clockwork.ts'
import { ledgers } from './ledger.ts'

const hour = 3_600_000
/** By the clock of this machine, whatever that is. */
const at = (day: number, hours: number, minutes = 0) =>
  new Date(2026, 10, day, hours, minutes).getTime()
const done: BackupOutcome = { outcome: 'done', sentence: 'Kept.', problems: [], milliseconds: 1 }

let stateDirectory: string
let running: Guard[]

beforeEach(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'clockwork-'))
  running = []
})
afterEach(async () => {
  for (const { clock } of running) await clock.stop()
})

type Guard = {
  clock: Clockwork
  /** What it began, and when. */
  runs: string[]
  outcome: BackupOutcome
  waitsFor: string | undefined
  /** It looks, at this moment. */
  tick(now: number, options?: { awoke: boolean }): Promise<void>
}

/** A Sentinel that looks only when it is told to. */
async function aGuard(start: number, different: Partial<Stack['backup'] & object> = {}) {
  const stack = aStack({ backup: { ...usualBackup, schedule: ['15 2 * * *'], ...different } })
  let time = start
  let ticked = () => {}
  const now = () => time
  const guard: Guard = {
    runs: [],
    outcome: done,
    waitsFor: undefined,
    clock: clockwork({
      stacks: () => [stack],
      ledgers: ledgers({ stateDirectory, now, onSetAside: () => {} }),
      waitsFor: async () => guard.waitsFor,
      async run(_, kind) {
        guard.runs.push(`${kind} ${new Date(time).toTimeString().slice(0, 5)}`)
        return guard.outcome
      },
      changed: () => {},
      ticked: () => ticked(),
      onProblem: (_, sentence) => {
        throw new Error(sentence)
      },
      now,
      everyMs: 24 * hour,
    }),
    tick(next, options) {
      time = next
      const { promise, resolve } = Promise.withResolvers<void>()
      ticked = resolve
      guard.clock.reckon(options)
      return promise
    },
  }
  const { promise, resolve } = Promise.withResolvers<void>()
  ticked = resolve
  guard.clock.start()
  await promise
  running.push(guard)
  return { ...guard, guard, stack }
}

test('begins at its slot, and once', async () => {
  const { guard, clock, stack, runs } = await aGuard(at(22, 12))
  expect(clock.due(stack)).toEqual({ nextRun: at(23, 2, 15) })
  await guard.tick(at(23, 2, 14))
  expect(runs).toEqual([])
  await guard.tick(at(23, 2, 15))
  await guard.tick(at(23, 2, 16))
  expect(runs).toEqual(['backup 02:15'])
  expect(clock.due(stack)).toEqual({ nextRun: at(24, 2, 15) })
})

test('after a sleep over its slot it waits a little, and catches up once', async () => {
  const { guard, clock, stack, runs } = await aGuard(at(22, 12))
  await guard.tick(at(23, 9), { awoke: true })
  expect(runs).toEqual([])
  expect(clock.due(stack)).toEqual({ nextRun: at(23, 9, 5) })
  await guard.tick(at(23, 9, 5))
  await guard.tick(at(23, 9, 6))
  expect(runs).toEqual(['backup 09:05'])
})

test('a long absence is caught up with once, after the next start', async () => {
  await aGuard(at(1, 12))
  const { guard, runs } = await aGuard(at(20, 12))
  expect(runs).toEqual([])
  await guard.tick(at(20, 12, 5))
  await guard.tick(at(20, 13))
  expect(runs).toEqual(['backup 12:05'])
})

test('of two that guard one stack, one begins', async () => {
  const one = await aGuard(at(22, 12))
  const two = await aGuard(at(22, 12))
  await Promise.all([one.guard.tick(at(23, 2, 15)), two.guard.tick(at(23, 2, 15))])
  await Promise.all([one.guard.tick(at(23, 2, 16)), two.guard.tick(at(23, 2, 16))])
  expect([...one.runs, ...two.runs]).toHaveLength(1)
})

test('waits for the mains, says so, and is overdue only after a while', async () => {
  const { guard, clock, stack, runs } = await aGuard(at(22, 12))
  guard.waitsFor = 'the mains'
  await guard.tick(at(23, 2, 15))
  expect(clock.due(stack)).toEqual({ nextRun: at(24, 2, 15), waitsFor: 'the mains' })
  await guard.tick(at(23, 8, 16))
  expect(clock.due(stack)).toMatchObject({ overdueSince: at(23, 2, 15) })
  guard.waitsFor = undefined
  await guard.tick(at(23, 8, 17))
  expect(runs).toEqual(['backup 08:17'])
  expect(clock.due(stack)).toEqual({ nextRun: at(24, 2, 15) })
})

test('is tried again while somebody else writes, and not after a failure', async () => {
  const { guard, runs } = await aGuard(at(22, 12))
  guard.outcome = { ...done, outcome: 'failed', busy: true }
  await guard.tick(at(23, 2, 15))
  guard.outcome = { ...done, outcome: 'failed' }
  await guard.tick(at(23, 2, 16))
  await guard.tick(at(23, 2, 17))
  expect(runs).toEqual(['backup 02:15', 'backup 02:16'])
})

test('what is broken off by the end of Sentinel is caught up with after its next start', async () => {
  const first = await aGuard(at(22, 12))
  const { clock } = first
  const stopping = Promise.withResolvers<void>()
  Object.defineProperty(first.guard, 'outcome', {
    get() {
      clock.stop().then(stopping.resolve)
      return { ...done, outcome: 'cancelled' }
    },
  })
  void first.guard.tick(at(23, 2, 15))
  await stopping.promise
  const second = await aGuard(at(23, 3))
  await second.guard.tick(at(23, 3, 5))
  expect(second.runs).toEqual(['backup 03:05'])
})

test('another schedule begins anew, at its first slot', async () => {
  await aGuard(at(22, 12))
  const { guard, runs } = await aGuard(at(23, 1), { schedule: ['0 0 * * *'] })
  await guard.tick(at(23, 1, 10))
  expect(runs).toEqual([])
  await guard.tick(at(24, 0))
  expect(runs).toEqual(['backup 00:00'])
})

test('drills and second copies have schedules of their own', async () => {
  const { guard, runs } = await aGuard(at(22, 12), {
    schedule: [],
    drill: { schedule: '0 4 * * *' },
    secondCopy: { to: '/mnt/x', schedule: '0 5 * * *', checkEveryDays: 7 },
  })
  await guard.tick(at(23, 4))
  await guard.tick(at(23, 5))
  expect(runs).toEqual(['drill 04:00', 'second-copy 05:00'])
})

test('a schedule that never comes is told', async () => {
  const { clock, stack } = await aGuard(at(22, 12), { schedule: ['0 0 30 2 *'] })
  expect(clock.due(stack).problem).toContain('never comes')
})
