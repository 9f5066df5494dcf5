import type { BackupSight } from '../../../shared/domain/backup-sight.ts'
import type { Reading } from '../../../shared/domain/reading.ts'
import type { Stack } from '../../../shared/domain/stack.ts'
import type { Mirror } from '../../../shared/ipc/contract.ts'
import type { TimelineEntry } from '../../../shared/ipc/status.ts'
import { assertNever } from '../../../shared/kit/assert-never.ts'
import { setBackupPlan } from '../../../shared/stack/set-backup-plan.ts'
import type { BackupOutcome, RunOrder } from '../../backup/order.ts'
import type { Repository } from '../../backup/repository/repository.ts'
import { planTidying, tidyingLines } from '../../backup/run/tidy.ts'
import type { StackFiles } from '../keep/stack-files.ts'
import { listeners } from '../listeners.ts'
import type { Backups, BackupWish } from '../surface.ts'
import { lastGoodOf, sightOf, viewOf } from './backup-views.ts'
import { clockwork } from './clockwork.ts'
import type { Ledger, Ledgers, ScheduledKind } from './ledger.ts'
import { afterWork, withEnd } from './ledger.ts'
import { endOf, runs, type Wanted } from './runs.ts'
import { checkLine } from './schedule.ts'
import type { SnapshotReader } from './snapshot-reader.ts'
import { whatIsKept } from './what-is-kept.ts'

export type KeepBackupsParts = {
  carryOut: RunOrder
  /** For reading alone; undefined where there is no repository yet. */
  open: (stack: Stack) => Promise<Repository | undefined>
  directoryOf: (stack: Stack) => string
  reader: SnapshotReader
  files: StackFiles
  ledgers: Ledgers
  /** Puts back what processes had stopped that did not live to start it again; says what it did. */
  settle: () => Promise<readonly string[]>
  /** A plan is being carried out, by whichever process. */
  planRuns: () => Promise<boolean>
  onBattery: () => Promise<boolean>
  record: (entry: TimelineEntry) => void
  now: () => number
}

/** The backups of all stacks: their schedule, the work that goes on, and what is seen of them. */
export interface KeptBackups {
  readonly surface: Backups
  /** What is to be judged. Says nothing of a stack that nobody said anything about backups of. */
  readonly seenBy: {
    of(stack: string): { backups?: Reading<BackupSight> }
    onChange(judge: () => void): void
  }
  mirror(): NonNullable<Mirror['backups']>
  /** `what`: only how far the work is, or what there is to judge. */
  onChange(listener: (what: 'progress' | 'sight') => void): () => void
  /** From now on what is due is begun. */
  start(): void
  /** The machine has slept: everything is reckoned anew. */
  awoke(): void
  /** Somebody else has written to a repository. */
  lookSoon(): void
  /** The stack files may be others. */
  checkStacks(): void
  stop(): Promise<void>
}

export function keepBackups(parts: KeepBackupsParts): KeptBackups {
  const { files, ledgers, now } = parts
  const told = listeners<'progress' | 'sight'>()
  const kept = whatIsKept(parts)
  const complaints = new Map<string, string>()
  const remembered = new Map<string, Ledger>()
  let revision = 0
  let reckoned = ''

  const stacks = (): Stack[] => files.inForce().flatMap(({ stack }) => stack ?? [])

  const stackFileOf = ({ name }: Stack) =>
    files.inForce().find(({ stack }) => stack?.name === name)?.file

  function changed(what: 'progress' | 'sight'): void {
    if (what === 'sight') revision += 1
    told.tell(what)
  }

  const work = runs({
    carryOut: parts.carryOut,
    stackFileOf,
    now,
    changed: () => changed('progress'),
  })

  const clock = clockwork({
    stacks,
    ledgers,
    waitsFor,
    run: (stack, kind) => runByItself(stack, kind),
    changed: () => changed('sight'),
    ticked: () => void lookAtAll(),
    onProblem: (stack, sentence) =>
      complain(stack.name, `The schedule cannot be followed: ${sentence}`),
    now,
  })

  function note(stack: string | null, sentence: string): void {
    const at = new Date(now()).toISOString()
    const subject = stack === null ? 'backup' : `backup:${stack}`
    parts.record({ at, kind: 'backup', stack, subject, sentence })
  }

  /** What is tried every minute is told when it is new. */
  function complain(stack: string, sentence: string): void {
    if (complaints.get(stack) === sentence) return
    complaints.set(stack, sentence)
    note(stack, sentence)
  }

  async function waitsFor(stack: Stack): Promise<string | undefined> {
    if (work.busy()) return 'other work on snapshots'
    const { onBattery = false, duringPlans = false } = stack.backup ?? {}
    if (!duringPlans && (await parts.planRuns())) return 'the plan that is being carried out'
    if (!onBattery && (await parts.onBattery())) return 'the mains'
    return undefined
  }

  async function runByItself(
    stack: Stack,
    kind: ScheduledKind,
  ): Promise<BackupOutcome | undefined> {
    const wanted: Record<ScheduledKind, Wanted> = {
      backup: { kind: 'backup', reason: 'scheduled' },
      drill: { kind: 'drill' },
      'second-copy': { kind: 'second-copy', check: await checkIsDue(stack) },
    }
    await look(stack)
    const seen = kept.seen(stack)
    // A disk that is not mounted gets no new repository in its place while nobody looks.
    if (seen.status === 'unknown') return refused(stack, kind, seen.failure.message)
    return run(stack, wanted[kind])
  }

  async function refused(
    stack: Stack,
    kind: ScheduledKind,
    sentence: string,
  ): Promise<BackupOutcome> {
    const outcome: BackupOutcome = { outcome: 'failed', sentence, problems: [], milliseconds: 0 }
    const end = endOf(kind, outcome, now())
    await ledgers.change(stack.name, (ledger) => withEnd(ledger, end))
    note(stack.name, sentence)
    await look(stack)
    return outcome
  }

  /** A check of the second copy costs more than the copy, so it comes in days of its own. */
  async function checkIsDue(stack: Stack): Promise<boolean> {
    const everyDays = stack.backup?.secondCopy?.checkEveryDays ?? 7
    const { checkedAt } = await ledgers.read(stack.name)
    return checkedAt === undefined || now() - checkedAt >= (everyDays - 0.5) * 86_400_000
  }

  /** Carries out, remembers the end, and looks at what there is now. */
  async function run(stack: Stack, wanted: Wanted): Promise<BackupOutcome> {
    const { outcome, end } = await work.run(stack, wanted)
    const isMinor = wanted.kind === 'backup' && wanted.reason === 'before-plan'
    if (!isMinor && !outcome.busy) {
      await ledgers
        .change(stack.name, (ledger) => afterWork(ledger, wanted, end))
        .catch((error: Error) => note(stack.name, error.message))
    }
    if (!isMinor || end.outcome === 'failed') note(stack.name, end.sentence)
    await look(stack, { anew: true })
    return outcome
  }

  async function look(stack: Stack, options?: { anew: boolean }): Promise<void> {
    const isNew = await kept.look(stack, options)
    const ledger = await ledgers.read(stack.name)
    const before = remembered.get(stack.name)
    remembered.set(stack.name, ledger)
    if (isNew || JSON.stringify(before) !== JSON.stringify(ledger)) changed('sight')
  }

  async function lookAtAll(): Promise<void> {
    for (const stack of stacks()) {
      await look(stack).catch((error: Error) => complain(stack.name, error.message))
    }
  }

  async function settleFirst(): Promise<void> {
    try {
      for (const sentence of await parts.settle()) note(null, sentence)
    } catch (error) {
      note(null, `What a backup left stopped could not be looked at: ${(error as Error).message}`)
    }
  }

  const stackNamed = (name: string): Stack => {
    const stack = stacks().find((one) => one.name === name)
    if (!stack) throw new Error(`There is no stack ${name}.`)
    return stack
  }

  async function opened(name: string): Promise<{ stack: Stack; repository: Repository }> {
    const stack = stackNamed(name)
    const repository = await parts.open(stack)
    if (!repository) throw new Error(`There are no snapshots of ${name} yet.`)
    return { stack, repository }
  }

  const surface: Backups = {
    async view(name) {
      const stack = stacks().find((one) => one.name === name)
      if (!stack) return null
      await look(stack)
      const ledger = remembered.get(name) ?? { ends: [] }
      return viewOf(stack, kept.seen(stack), ledger, clock.due(stack), parts.directoryOf(stack))
    },
    async start(name, wish) {
      const stack = stackNamed(name)
      if (work.busy()) await run(stack, wantedBy(wish)) // rejects with what goes on
      run(stack, wantedBy(wish)).catch((error: Error) => note(name, error.message))
    },
    cancel: work.cancel,
    async setPlan(name, plan) {
      for (const line of [...plan.schedule, ...(plan.drill === null ? [] : [plan.drill])]) {
        checkLine(line)
      }
      stackNamed(name)
      const { keptCopy } = await files.edit(name, (text) => setBackupPlan(text, plan))
      const before = keptCopy === undefined ? '' : ` The file before it is ${keptCopy}.`
      note(name, `Another plan for the backups of ${name} was written.${before}`)
      clock.reckon()
      changed('sight')
    },
    async previewPrune(name) {
      const { stack, repository } = await opened(name)
      return tidyingLines(await planTidying(repository, stack, now()))
    },
    async browse(name, snapshot, path) {
      const { repository } = await opened(name)
      return parts.reader.browse(repository, snapshot, path)
    },
    async diff(name, snapshot, against) {
      const { stack, repository } = await opened(name)
      const stackFile = stackFileOf(stack)
      const order = { stack, ...(stackFile !== undefined && { stackFile }) }
      return parts.reader.diff(repository, order, snapshot, against)
    },
    async pin(name, snapshot, why) {
      const { stack, repository } = await opened(name)
      const { id } = await repository.find(snapshot)
      await repository.mark(id, { pinned: why ?? undefined })
      await look(stack, { anew: true })
    },
  }

  return {
    surface,
    seenBy: {
      of(name) {
        const stack = stacks().find((one) => one.name === name)
        if (!stack) return {}
        const seen = kept.seen(stack)
        const isAbsent = seen.status === 'known' && seen.value.id === undefined
        if (!stack.backup && isAbsent) return {}
        return { backups: sightOf(seen, remembered.get(name) ?? { ends: [] }, clock.due(stack)) }
      },
      onChange: (judge) => void told.add((what) => what === 'sight' && judge()),
    },
    mirror: () => ({
      run: work.current(),
      lastGood: Object.fromEntries(
        stacks().flatMap((stack) => {
          const seen = kept.seen(stack)
          const good = seen.status === 'known' ? lastGoodOf(seen.value) : undefined
          return good ? [[stack.name, good.manifest.startedAt]] : []
        }),
      ),
      revision,
    }),
    onChange: told.add,
    start() {
      settleFirst().finally(lookAtAll)
      clock.start()
    },
    awoke() {
      clock.reckon({ awoke: true })
      void lookAtAll()
    },
    lookSoon: () => void lookAtAll(),
    checkStacks() {
      const now = JSON.stringify(stacks().map(({ name, backup }) => [name, backup]))
      if (now === reckoned) return
      reckoned = now
      clock.reckon()
    },
    async stop() {
      await Promise.all([clock.stop(), work.stop()])
    },
  }
}

function wantedBy(wish: BackupWish): Wanted {
  const { only, snapshot } = wish
  switch (wish.kind) {
    case 'backup':
      return { kind: wish.kind, reason: 'manual', ...(only && { only }) }
    case 'verify':
    case 'drill':
      return { kind: wish.kind, ...(snapshot !== undefined && { snapshot }) }
    case 'prune':
      return { kind: wish.kind, dryRun: false }
    case 'second-copy':
      return { kind: wish.kind, check: true }
    default:
      return assertNever(wish.kind)
  }
}
