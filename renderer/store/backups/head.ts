import type { BackupEnd, BackupView } from '../../../shared/ipc/backup-view.ts'
import type { FindingView, Health } from '../../../shared/ipc/status.ts'
import { dayAndTime, daysBetween } from '../../../shared/kit/day-and-time.ts'
import { withoutStop } from '../../../shared/kit/without-stop.ts'
import { countWords, durationWords } from '../wording.ts'
import { agoWords, endWords } from './words.ts'

/** The first lines of the page: how good the backups are, and what comes next. */
export type BackupHead = { health: Health; word: string; sentence: string; more: string[] }

type Verdict = Omit<BackupHead, 'more'>

/** Nobody who takes backups only now and then should believe in one that is older. */
const oldAfterDays = 7

const lastGoodWords = ({ lastGood }: BackupView, now: number): string =>
  lastGood === null
    ? 'No backup is known to be good.'
    : `Last good backup: ${dayAndTime(lastGood, now)}, verified.`

function nextWords({ plan, nextRun, overdueSince }: BackupView, now: number): string {
  if (plan.schedule.length === 0) return 'No schedule: a backup is taken only when asked for.'
  if (nextRun !== null) return `Next: ${dayAndTime(nextRun, now)}.`
  return overdueSince === null
    ? 'When the next one is due cannot be told.'
    : 'The next one is taken as soon as it can be.'
}

const provenWords = ({ lastProven }: BackupView, now: number): string =>
  lastProven === null
    ? 'Never proven restorable.'
    : `Last proven restorable: ${agoWords(lastProven.at, now)}, in ${durationWords(lastProven.recoverMilliseconds)}.`

/** The end of a run counts for as long as no good backup came after it. */
export function standingEnd({ lastEnd, lastGood }: BackupView): BackupEnd | undefined {
  if (lastEnd === null || lastEnd.outcome === 'done' || lastEnd.outcome === 'cancelled') return
  const mended = lastEnd.kind === 'backup' && lastGood !== null && lastGood > lastEnd.at
  return mended ? undefined : lastEnd
}

function verdictOf(view: BackupView, now: number): Verdict {
  const damaged = view.snapshots.filter((one) => one.damaged !== null)
  const [newestDamaged] = damaged
  const end = standingEnd(view)
  if (view.problem !== null) {
    return { health: 'unknown', word: 'Cannot see', sentence: view.problem }
  }
  if (newestDamaged !== undefined) {
    const files = countWords(newestDamaged.damaged?.length ?? 0, 'file is', 'files are')
    const others = damaged.length > 1 ? `, and ${damaged.length - 1} more` : ''
    return {
      health: view.lastGood === null ? 'critical' : 'warning',
      word: 'Damaged',
      sentence: `The backup of ${dayAndTime(newestDamaged.at, now)} is damaged${others}: ${files} lost, the rest is sound.`,
    }
  }
  if (end?.outcome === 'failed') {
    const what = `${endWords[end.kind]} of ${dayAndTime(end.at, now)} failed`
    const health = view.lastGood === null ? 'critical' : 'warning'
    return { health, word: 'Failed', sentence: `${what}: ${end.sentence}` }
  }
  if (view.overdueSince !== null) {
    return {
      health: 'warning',
      word: 'Overdue',
      sentence: `A backup was due ${dayAndTime(view.overdueSince, now)} and has not been taken.`,
    }
  }
  if (end !== undefined) {
    const what = `${endWords[end.kind]} of ${dayAndTime(end.at, now)}`
    const partial = end.outcome === 'partial'
    const said = partial ? 'is not whole' : 'found damage'
    const word = partial ? 'Not whole' : 'Damaged'
    return { health: 'warning', word, sentence: `${what} ${said}: ${end.sentence}` }
  }
  if (view.lastGood === null) {
    return {
      health: 'warning',
      word: 'Not verified',
      sentence: 'No backup is known to be good, expected one that was read back.',
    }
  }
  const age = daysBetween(Date.parse(view.lastGood), now)
  if (view.plan.schedule.length === 0 && age > oldAfterDays) {
    return {
      health: 'warning',
      word: 'Old',
      sentence: `The last good backup is ${age} days old, and no schedule takes another.`,
    }
  }
  if (view.broken.length > 0) {
    const broken = countWords(view.broken.length, 'backup cannot', 'backups cannot')
    return { health: 'warning', word: 'Broken', sentence: `${broken} be read at all.` }
  }
  return { health: 'ok', word: 'All well', sentence: lastGoodWords(view, now) }
}

const worst = (a: Health, b: Health): boolean => {
  const order: readonly Health[] = ['ok', 'unknown', 'warning', 'critical']
  return order.indexOf(a) > order.indexOf(b)
}

/** `findings`: what the rule book says of the backups now; the page is never calmer than that. */
export function backupHead(
  view: BackupView,
  findings: readonly FindingView[],
  connected: boolean,
  now: number,
): BackupHead {
  const rest = [nextWords(view, now), provenWords(view, now)]
  if (!connected) {
    return {
      health: 'unknown',
      word: 'Cannot see',
      sentence: 'Sentinel does not answer.',
      more: [`Last heard: ${withoutStop(lastGoodWords(view, now))}.`],
    }
  }
  const verdict = verdictOf(view, now)
  const more = verdict.sentence === lastGoodWords(view, now) ? [] : [lastGoodWords(view, now)]
  const told = findings.find(
    ({ severity }) => severity !== 'info' && worst(severity, verdict.health),
  )
  if (told !== undefined && told.severity !== 'info') {
    const word = told.severity === 'critical' ? 'Critical' : 'Warning'
    const health = told.severity
    return { health, word, sentence: told.sentence, more: [lastGoodWords(view, now), ...rest] }
  }
  return { ...verdict, more: [...more, ...rest] }
}

/** What the rule book says of the backups of a stack. */
export const backupFindings = (findings: readonly FindingView[]): FindingView[] =>
  findings.filter(({ code, status }) => status === 'firing' && code.startsWith('BACKUP_'))
