import type { BackupEnd, BackupRun } from '../../../shared/ipc/backup-view.ts'
import type { Health } from '../../../shared/ipc/status.ts'
import { dayAndTime } from '../../../shared/kit/day-and-time.ts'
import { countWords, durationWords } from '../wording.ts'
import { endWords, outcomeWords, phaseWords, runWords, sizeWords } from './words.ts'

export type RunInView = {
  title: string
  what: string
  /** Whole per cent; absent where the whole is not known. */
  percent?: number
  facts: readonly { label: string; value: string }[]
}

/** A rate needs a while, and a guess of the rest needs a rate. */
const rateAfterMs = 2_000

export function runInView(run: BackupRun, now: number): RunInView {
  const elapsed = Math.max(0, now - Date.parse(run.startedAt))
  const { bytes, totalBytes } = run
  const whole = totalBytes !== undefined && totalBytes > 0 ? totalBytes : undefined
  const perMs = elapsed >= rateAfterMs && bytes > 0 ? bytes / elapsed : undefined
  const read = whole === undefined ? sizeWords(bytes) : `${sizeWords(bytes)} of ${sizeWords(whole)}`
  const left =
    whole !== undefined && perMs !== undefined && whole > bytes && (whole - bytes) / perMs
  return {
    title: `${runWords[run.kind]}: ${phaseWords[run.phase]}`,
    what: run.what,
    ...(whole !== undefined && { percent: Math.min(100, Math.floor((100 * bytes) / whole)) }),
    facts: [
      { label: 'Files', value: String(run.files) },
      { label: 'Data', value: read },
      ...(perMs === undefined ? [] : [{ label: 'Rate', value: `${sizeWords(perMs * 1000)}/s` }]),
      { label: 'Elapsed', value: durationWords(elapsed) },
      ...(left === false ? [] : [{ label: 'Remaining', value: `about ${durationWords(left)}` }]),
    ],
  }
}

export type EndInView = {
  state: Health | 'info'
  sentence: string
  problems: readonly string[]
}

const endStates: Record<BackupEnd['outcome'], Health | 'info'> = {
  done: 'ok',
  partial: 'warning',
  damaged: 'critical',
  failed: 'warning',
  cancelled: 'info',
}

/** How the last run ended; nothing green while nobody is heard. */
export function endInView(end: BackupEnd, connected: boolean, now: number): EndInView {
  const state = endStates[end.outcome]
  const took = `after ${durationWords(end.milliseconds)}`
  const sentence = end.sentence === '' ? '' : ` ${end.sentence}`
  return {
    state: connected || state !== 'ok' ? state : 'unknown',
    sentence: `${endWords[end.kind]} ${outcomeWords[end.outcome]} ${dayAndTime(end.at, now)}, ${took}.${sentence}`,
    problems: end.problems,
  }
}

/** `2 files`, `12 files`. */
export const filesWords = (files: number): string => countWords(files, 'file')
