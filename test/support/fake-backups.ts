import type { Backups } from '../../electron/sentinel/surface.ts'
import type { BackupEnd, BackupRun, BackupView } from '../../shared/ipc/backup-view.ts'
import type { Mirror } from '../../shared/ipc/contract.ts'
import type { IncidentView } from '../../shared/ipc/status.ts'
import { aStatus } from './a-status.ts'
import {
  aRun,
  noBackupYet,
  pruneLines,
  someBackups,
  someChanges,
  someEntries,
} from './some-backups.ts'

/** Backups whose work goes on as the test says; what was asked is remembered in words. */
export type FakeBackups = {
  backups: Backups
  calls: string[]
  mirror(): NonNullable<Mirror['backups']>
  /** Resolves when somebody has begun something. */
  begun(): Promise<void>
  /** How much of it is done, from 0 to 1. */
  advance(share: number): void
  end(outcome: BackupEnd['outcome']): void
  /** The next start is refused with this sentence. */
  refuse(sentence: string): void
}

export function fakeBackups(parts: {
  holds: 'some' | 'none'
  changed: () => void
  now?: () => number
}): FakeBackups {
  const { changed, now = Date.now } = parts
  let view: BackupView = parts.holds === 'some' ? someBackups(now()) : noBackupYet(now())
  let run: BackupRun | null = null
  let revision = 1
  let refusal: string | undefined
  const first = Promise.withResolvers<void>()
  const calls: string[] = []

  function change(different: Partial<BackupView>): void {
    view = { ...view, ...different }
    revision += 1
    changed()
  }

  function end(outcome: BackupEnd['outcome']): void {
    if (run === null) return
    const { kind } = run
    const at = new Date(now()).toISOString()
    const told: Record<BackupEnd['outcome'], string> = {
      done: '826 files, 11.0 MiB added.',
      partial: 'The disk of the repository is full for Grafana.',
      failed: 'The disk of the repository is full, expected 1.7 GiB to be free.',
      damaged: '3 files are lost.',
      cancelled: 'What was written until then is gone.',
    }
    const bad = outcome === 'failed' || outcome === 'partial'
    const problems = bad ? ['/home/ada/.local/share has 212 MiB left.'] : []
    run = null
    const lastEnd = { kind, at, outcome, sentence: told[outcome], problems, milliseconds: 12_400 }
    change({ lastEnd, ...(kind === 'backup' && outcome === 'done' && { lastGood: at }) })
  }

  return {
    calls,
    begun: () => first.promise,
    mirror: () => ({
      run,
      lastGood: view.lastGood === null ? {} : { [view.stack]: view.lastGood },
      revision,
    }),
    advance(share) {
      if (run === null) return
      const totalBytes = run.totalBytes ?? 0
      run = { ...run, phase: 'reading', files: 318, bytes: Math.round(totalBytes * share) }
      changed()
    },
    end,
    refuse(sentence) {
      refusal = sentence
    },
    backups: {
      view: async (stack) => (stack === view.stack ? view : null),
      async start(stack, wish) {
        calls.push(`start ${stack} ${wish.kind}${wish.snapshot ? ` ${wish.snapshot}` : ''}`)
        if (refusal !== undefined) throw new Error(refusal)
        if (run !== null) throw new Error('Something goes on already.')
        run = aRun(now(), {
          stack,
          kind: wish.kind,
          phase: 'preparing',
          files: 0,
          bytes: 0,
          startedAt: new Date(now()).toISOString(),
        })
        changed()
        first.resolve()
      },
      cancel() {
        calls.push('cancel')
        end('cancelled')
      },
      async setPlan(stack, plan) {
        calls.push(`plan ${stack} ${JSON.stringify(plan)}`)
        change({ plan })
      },
      previewPrune: async () => pruneLines(view.snapshots),
      async browse(_stack, _snapshot, path) {
        calls.push(`browse ${path}`)
        return someEntries(now(), path)
      },
      async diff(_stack, _snapshot, against) {
        calls.push(`diff ${against ?? 'now'}`)
        return against === null ? [...someChanges] : []
      },
      async pin(_stack, snapshot, why) {
        calls.push(`pin ${why}`)
        const snapshots = view.snapshots.map((one) =>
          one.id === snapshot ? { ...one, pinned: why } : one,
        )
        change({ snapshots })
      },
    },
  }
}

/** A mirror that has only backups to tell of. */
export const aBackupMirror = (
  backups: Mirror['backups'],
  incidents: readonly IncidentView[] = [],
): Mirror => ({
  revision: 1,
  demo: false,
  stacks: [aStatus({ stack: 'odin_lab', incidents: [...incidents] })],
  operation: null,
  movingUntil: null,
  countdown: null,
  trayHost: 'present',
  timeline: [],
  ...(backups && { backups }),
})
