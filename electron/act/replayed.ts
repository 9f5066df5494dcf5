import type { OperationView } from '../../shared/ipc/contract.ts'
import type { JournalRecord } from './journal.ts'
import type { OperationRecord } from './operation-directory.ts'
import { type Progress, progressOf } from './progress.ts'

/** The time that a replay has come to; undefined once it is over. */
export type ReplayClock = { at?: number | undefined }

const states = {
  intent: 'running',
  done: 'done',
  failed: 'failed',
  undone: 'rolled-back',
  'undo-failed': 'failed',
} as const

/** Tells again what a journal holds, each record at its own time. */
export function replay(
  records: readonly JournalRecord[],
  progress: Progress,
  clock: ReplayClock,
): void {
  for (const record of records) {
    clock.at = Date.parse(record.at)
    if (record.type === 'end') progress.end(record.outcome, record.sentence)
    else if (record.type === 'remark') progress.step(record.step, { remark: record.remark })
    // As while it was carried out: what is being undone, or has failed, stays what it was.
    else if (record.type === 'undo') continue
    else if (record.type === 'undone' && progress.stateOf(record.step) === 'failed') continue
    else {
      const problem = 'problem' in record ? record.problem : undefined
      const isOver = record.type === 'done' || problem !== undefined
      progress.step(record.step, { state: states[record.type], ...(isOver && { problem }) })
    }
  }
  clock.at = undefined
}

/** An operation as it was shown, from what is on disk; undefined where that cannot be read. */
export function replayed(
  { file, directory, records }: OperationRecord,
  isRunning: boolean,
): OperationView | undefined {
  if (!file) return undefined
  let view: OperationView | undefined
  const clock: ReplayClock = {}
  const told = (next: OperationView) => {
    view = next
  }
  const progress = progressOf({ ...file, directory }, told, () => clock.at ?? Date.now())
  replay(records, progress, clock)
  const ended = records.some(({ type }) => type === 'end')
  if (isRunning && !ended) {
    progress.say('It is being carried out.')
    return view
  }
  if (ended) return view
  clock.at = Date.parse(records.at(-1)?.at ?? file.startedAt)
  return progress.end('stopped', 'It stopped before its end.')
}
