import type { Stack } from '../../../shared/domain/stack.ts'
import type { BackupEnd, BackupRun } from '../../../shared/ipc/backup-view.ts'
import { sentenceOf } from '../../../shared/kit/sentence-of.ts'
import type { BackupOrder, BackupOutcome, BackupProgress, RunOrder } from '../../backup/order.ts'

/** An order without what every order of a stack has; those that are parts of a plan come with it. */
export type Wanted =
  Exclude<BackupOrder, { kind: 'restore' }> extends infer Order
    ? Order extends BackupOrder
      ? Omit<Order, 'stack' | 'stackFile'>
      : never
    : never

type RunsParts = {
  carryOut: RunOrder
  stackFileOf: (stack: Stack) => string | undefined
  now: () => number
  /** The run that goes on is another one, or has come further. */
  changed: () => void
}

/** Work on repositories, one at a time in this process. */
export interface Runs {
  /** What the window shows; nothing of what is over in a moment by itself. */
  current(): BackupRun | null
  busy(): boolean
  /** Rejects with a sentence while other work goes on. */
  run(stack: Stack, wanted: Wanted): Promise<{ outcome: BackupOutcome; end: BackupEnd }>
  cancel(): void
  /** Cancels what goes on and waits for its end; from then on nothing is begun. */
  stop(): Promise<void>
}

const words: Readonly<Record<BackupRun['kind'], string>> = {
  backup: 'A backup',
  verify: 'A verification',
  prune: 'A clean-up',
  drill: 'A drill',
  'second-copy': 'A second copy',
}

export function runs(parts: RunsParts): Runs {
  const { carryOut, now, changed } = parts
  let running: { run: BackupRun; cancelling: AbortController; over: Promise<unknown> } | undefined
  let stopped = false

  const asRun = (stack: Stack, kind: BackupRun['kind'], progress: BackupProgress): BackupRun => ({
    stack: stack.name,
    kind,
    phase: progress.phase,
    what: progress.what,
    files: progress.files,
    bytes: progress.bytes,
    ...(progress.totalBytes !== undefined && { totalBytes: progress.totalBytes }),
    startedAt: new Date(progress.startedAt).toISOString(),
  })

  return {
    current: () => running?.run ?? null,
    busy: () => running !== undefined,
    async run(stack, wanted) {
      if (stopped) throw new Error('Odin Sentinel is about to end.')
      if (running) {
        const { kind, stack: other } = running.run
        throw new Error(`${words[kind]} of ${other} goes on: wait for its end, or cancel it.`)
      }
      const cancelling = new AbortController()
      const first = { phase: 'preparing', what: stack.name, files: 0, bytes: 0 } as const
      const mine = {
        run: asRun(stack, wanted.kind, { ...first, startedAt: now() }),
        cancelling,
        over: Promise.resolve() as Promise<unknown>,
      }
      running = mine
      const stackFile = parts.stackFileOf(stack)
      const order = { ...wanted, stack, ...(stackFile !== undefined && { stackFile }) }
      const work = carryOut(
        order,
        (progress) => {
          mine.run = asRun(stack, wanted.kind, progress)
          changed()
        },
        cancelling.signal,
      ).catch(
        (error): BackupOutcome => ({
          outcome: cancelling.signal.aborted ? 'cancelled' : 'failed',
          sentence: sentenceOf(error),
          problems: [],
          milliseconds: 0,
        }),
      )
      mine.over = work
      changed()
      try {
        const outcome = await work
        return { outcome, end: endOf(wanted.kind, outcome, now()) }
      } finally {
        running = undefined
        changed()
      }
    },
    cancel: () => running?.cancelling.abort(),
    async stop() {
      stopped = true
      running?.cancelling.abort()
      await running?.over
    },
  }
}

/** An outcome as it is remembered and shown. */
export const endOf = (kind: BackupEnd['kind'], outcome: BackupOutcome, at: number): BackupEnd => ({
  kind,
  at: new Date(at).toISOString(),
  outcome: outcome.outcome,
  sentence: outcome.sentence,
  problems: [...outcome.problems],
  milliseconds: outcome.milliseconds,
  ...(outcome.snapshot !== undefined && { snapshot: outcome.snapshot }),
})
