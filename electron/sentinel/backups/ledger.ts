import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { type BackupEnd, backupEndSchema } from '../../../shared/ipc/backup-view.ts'
import { type Loaded, stateFile } from '../keep/state-file.ts'
import type { Wanted } from './runs.ts'
import type { Slots } from './schedule.ts'

/** What runs by a schedule. */
export const scheduledKinds = ['backup', 'drill', 'second-copy'] as const
export type ScheduledKind = (typeof scheduledKinds)[number]

const slotsSchema = z.strictObject({
  /** Another schedule is a new one, with a first time of its own. */
  lines: z.array(z.string()),
  since: z.number(),
  done: z.number().exactOptional(),
})

const ledgerSchema = z.strictObject({
  stack: z.string(),
  slots: z.partialRecord(z.enum(scheduledKinds), slotsSchema),
  /** The last end of each kind of work. */
  ends: z.array(backupEndSchema),
  /** When the second copy was last checked. */
  checkedAt: z.number().exactOptional(),
  /** Where a repository was seen: one that is gone is not begun anew without a word. */
  repository: z.strictObject({ directory: z.string(), id: z.string() }).exactOptional(),
})
export type Ledger = z.infer<typeof ledgerSchema>

/** What is remembered of the backups of each stack, beside what their repositories say themselves. */
export interface Ledgers {
  read(stack: string): Promise<Ledger>
  change(stack: string, how: (ledger: Ledger) => Ledger): Promise<Ledger>
  /** Where the turns of a stack's scheduled work are taken. */
  turnsOf(stack: string): string
}

type LedgersParts = {
  stateDirectory: string
  now: () => number
  onSetAside: (path: string) => void
}

export function ledgers(parts: LedgersParts): Ledgers {
  /** One change after another; another process changes its own slots, never at the same time. */
  let last: Promise<unknown> = Promise.resolve()

  const pathOf = (stack: string, ending: string) => {
    const name = createHash('sha256').update(stack).digest('hex').slice(0, 16)
    return join(parts.stateDirectory, 'backups', `${name}${ending}`)
  }
  const fileOf = (stack: string) =>
    stateFile<Ledger>(pathOf(stack, '.json'), ledgerSchema, { stack, slots: {}, ends: [] })

  async function read(stack: string): Promise<Ledger> {
    const { value, setAside }: Loaded<Ledger> = await fileOf(stack).load(parts.now())
    if (setAside !== undefined) parts.onSetAside(setAside)
    return value
  }

  return {
    read,
    change(stack, how) {
      const changed = last.then(async () => {
        const before = await read(stack)
        const after = how(before)
        if (JSON.stringify(after) !== JSON.stringify(before)) await fileOf(stack).save(after)
        return after
      })
      last = changed.catch(() => {})
      return changed
    },
    turnsOf: (stack) => pathOf(stack, '.turns'),
  }
}

/** What is remembered once this work has ended so, whoever carried it out. */
export function afterWork(ledger: Ledger, wanted: Wanted, end: BackupEnd): Ledger {
  const isDone = end.outcome === 'done'
  const isByHand = wanted.kind === 'backup' && wanted.reason === 'manual'
  const isTaken = isByHand && (isDone || end.outcome === 'partial')
  const isChecked = wanted.kind === 'second-copy' && wanted.check && isDone
  return {
    ...withEnd(isTaken ? withoutRepository(ledger) : ledger, end),
    ...(isChecked && { checkedAt: Date.parse(end.at) }),
  }
}

/** With this end as the last of its kind. */
export function withEnd(ledger: Ledger, end: BackupEnd): Ledger {
  return { ...ledger, ends: [...ledger.ends.filter(({ kind }) => kind !== end.kind), end] }
}

/** Somebody has chosen where to go on: whatever is found there next is right. */
export function withoutRepository({ repository: _, ...ledger }: Ledger): Ledger {
  return ledger
}

/** What is remembered of this schedule; one that is new begins now. */
export function slotsFor(
  ledger: Ledger,
  kind: ScheduledKind,
  lines: readonly string[],
  now: number,
): Slots & { lines: string[] } {
  const known = ledger.slots[kind]
  return known && known.lines.join('\n') === lines.join('\n')
    ? known
    : { lines: [...lines], since: now }
}
