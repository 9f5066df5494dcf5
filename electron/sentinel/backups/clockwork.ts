import type { Stack } from '../../../shared/domain/stack.ts'
import { TurnTaken, takeTurnIn } from '../../adapters/disk/turns.ts'
import type { BackupOutcome } from '../../backup/order.ts'
import type { Due } from './backup-views.ts'
import { type Ledgers, type ScheduledKind, scheduledKinds, slotsFor } from './ledger.ts'
import {
  checkLine,
  dueSlot,
  hasSlept,
  mayBeginAt,
  mendedSlots,
  overdueAt,
  slotAfter,
} from './schedule.ts'

type ClockworkParts = {
  stacks: () => readonly Stack[]
  ledgers: Ledgers
  /** Why nothing may begin by itself now, if anything: "the mains". */
  waitsFor: (stack: Stack) => Promise<string | undefined>
  /** Undefined where it was not begun after all. */
  run: (stack: Stack, kind: ScheduledKind) => Promise<BackupOutcome | undefined>
  changed: () => void
  /** Every minute or so, after everything that was due has been begun. */
  ticked: () => void
  onProblem: (stack: Stack, sentence: string) => void
  now: () => number
  everyMs?: number
}

/** Begins scheduled work when it is due: by a tick, since timers stand still while a machine sleeps. */
export interface Clockwork {
  start(): void
  due(stack: Stack): Due
  /** The machine has slept, or the stacks are others: everything is reckoned anew. */
  reckon(options?: { awoke: boolean }): void
  stop(): Promise<void>
}

const minute = 60_000

const linesOf = ({ backup }: Stack, kind: ScheduledKind): readonly string[] => {
  if (!backup) return []
  if (kind === 'backup') return backup.schedule
  const line = kind === 'drill' ? backup.drill?.schedule : backup.secondCopy?.schedule
  return line === undefined ? [] : [line]
}

const linesKey = (stack: Stack): string => linesOf(stack, 'backup').join('\n')

export function clockwork(parts: ClockworkParts): Clockwork {
  const { ledgers, now, everyMs = minute } = parts
  const dues = new Map<string, { lines: string; due: Due }>()
  let awakeSince = now()
  let lastTick = now()
  let timer: NodeJS.Timeout | undefined
  let ticking: Promise<void> | undefined
  let again = false
  let stopped = false

  function schedule(waitMs: number): void {
    clearTimeout(timer)
    if (!stopped) timer = setTimeout(tick, waitMs)
  }

  function tick(): void {
    if (stopped) return
    if (ticking) {
      again = true
      return
    }
    ticking = lookAtAll()
      .then((nextAt) => {
        schedule(Math.max(50, Math.min(everyMs, nextAt - now())))
        parts.ticked()
      })
      .finally(() => {
        ticking = undefined
        if (again) schedule(0)
        again = false
      })
  }

  /** Resolves with the next moment at which something may begin. */
  async function lookAtAll(): Promise<number> {
    if (hasSlept(lastTick, now(), everyMs)) awakeSince = now()
    lastTick = now()
    let nextAt = Number.POSITIVE_INFINITY
    for (const stack of parts.stacks()) {
      for (const kind of scheduledKinds) {
        if (stopped) return nextAt
        const moment = await look(stack, kind).catch((error: Error) => {
          parts.onProblem(stack, error.message)
          return Number.POSITIVE_INFINITY
        })
        nextAt = Math.min(nextAt, moment)
      }
    }
    return nextAt
  }

  function tellDue(stack: Stack, kind: ScheduledKind, due: Due): void {
    if (kind !== 'backup') return
    const before = JSON.stringify(dues.get(stack.name)?.due)
    dues.set(stack.name, { lines: linesKey(stack), due })
    if (JSON.stringify(due) !== before) parts.changed()
  }

  /** Of a schedule that has not been looked at yet. */
  function firstDue(stack: Stack): Due {
    try {
      const nextRun = slotAfter(linesOf(stack, 'backup'), now())
      return nextRun === undefined ? {} : { nextRun }
    } catch (error) {
      return { problem: (error as Error).message }
    }
  }

  async function look(stack: Stack, kind: ScheduledKind): Promise<number> {
    const lines = linesOf(stack, kind)
    if (lines.length === 0) {
      tellDue(stack, kind, {})
      return Number.POSITIVE_INFINITY
    }
    try {
      for (const line of lines) checkLine(line)
    } catch (error) {
      tellDue(stack, kind, { problem: (error as Error).message })
      return Number.POSITIVE_INFINITY
    }
    const slot = await slotNow(stack, kind, lines)
    const nextRun = slotAfter(lines, now()) ?? Number.POSITIVE_INFINITY
    const next = Number.isFinite(nextRun) ? { nextRun } : {}
    if (slot === undefined) {
      tellDue(stack, kind, next)
      return nextRun
    }
    const wakefulness = {
      awakeSince,
      afterResumeSeconds: stack.backup?.afterResumeSeconds ?? 0,
    }
    const overdue = now() >= overdueAt(lines, slot, wakefulness) ? { overdueSince: slot } : {}
    const beginsAt = mayBeginAt(slot, wakefulness)
    if (now() < beginsAt) {
      tellDue(stack, kind, { nextRun: beginsAt, ...overdue })
      return beginsAt
    }
    const waitsFor = await parts.waitsFor(stack)
    if (waitsFor !== undefined) {
      tellDue(stack, kind, { ...next, ...overdue, waitsFor })
      return nextRun
    }
    const isOver = await begin(stack, kind, lines)
    tellDue(stack, kind, isOver ? next : { ...next, ...overdue })
    return nextRun
  }

  /** The slot that is due by what is on disk now: another process may have seen to it. */
  async function slotNow(
    stack: Stack,
    kind: ScheduledKind,
    lines: readonly string[],
  ): Promise<number | undefined> {
    const ledger = await ledgers.change(stack.name, (before) => {
      const slots = slotsFor(before, kind, lines, now())
      return {
        ...before,
        slots: { ...before.slots, [kind]: { ...slots, ...mendedSlots(slots, now()) } },
      }
    })
    return dueSlot(lines, slotsFor(ledger, kind, lines, now()), now())
  }

  /** True when the slot has been seen to, however it ended. */
  async function begin(
    stack: Stack,
    kind: ScheduledKind,
    lines: readonly string[],
  ): Promise<boolean> {
    const turn = await takeTurnIn(ledgers.turnsOf(stack.name), `scheduled ${kind}`).catch(
      (error) => {
        if (error instanceof TurnTaken) return undefined
        throw error
      },
    )
    if (!turn) return false
    try {
      const slot = await slotNow(stack, kind, lines)
      if (slot === undefined) return true
      const outcome = await parts.run(stack, kind)
      // What was broken off because Sentinel ends is caught up with after its next start.
      if (outcome === undefined || outcome.busy || stopped) return false
      await ledgers.change(stack.name, (ledger) => ({
        ...ledger,
        slots: { ...ledger.slots, [kind]: { ...slotsFor(ledger, kind, lines, now()), done: slot } },
      }))
      return true
    } finally {
      await turn.over()
    }
  }

  return {
    start() {
      awakeSince = now()
      lastTick = now()
      tick()
    },
    due(stack) {
      const known = dues.get(stack.name)
      return known?.lines === linesKey(stack) ? known.due : firstDue(stack)
    },
    reckon({ awoke } = { awoke: false }) {
      if (awoke) awakeSince = now()
      if (timer || ticking) tick()
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await ticking
    },
  }
}
