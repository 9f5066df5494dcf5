import type { BackupPlan } from '../../../shared/ipc/backup-view.ts'

// Cron lines as a person says them. Croner decides when a run is due, in the main process; here
// lines are only named, checked and asked which days they mean.

export type Timing =
  | { kind: 'daily'; time: string }
  | { kind: 'weekly'; weekday: number; time: string }
  | { kind: 'hours'; every: number; minute: number }
  | { kind: 'cron'; line: string }

export const weekdays = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const

/** Those that part a day evenly. */
export const hourSteps = [1, 2, 3, 4, 6, 8, 12] as const

const usualTime = '02:15'
const two = (value: number): string => String(value).padStart(2, '0')

const nicknames: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
}

const fieldsOf = (line: string): string[] => {
  const plain = line.trim()
  return (nicknames[plain] ?? plain).split(/\s+/)
}

/** The simplest way to say a line. */
export function timingOf(line: string): Timing {
  const [minute = '', hour = '', day, month, weekday = ''] = fieldsOf(line)
  const other: Timing = { kind: 'cron', line }
  if (cronProblem(line) !== null || day !== '*' || month !== '*') return other
  if (!/^\d+$/.test(minute)) return other
  const step = hour === '*' ? 1 : Number(/^\*\/(\d+)$/.exec(hour)?.[1])
  if (weekday === '*' && hourSteps.some((each) => each === step)) {
    return { kind: 'hours', every: step, minute: Number(minute) }
  }
  if (!/^\d+$/.test(hour)) return other
  const time = `${two(Number(hour))}:${two(Number(minute))}`
  if (weekday === '*') return { kind: 'daily', time }
  return /^\d$/.test(weekday) ? { kind: 'weekly', weekday: Number(weekday) % 7, time } : other
}

export function cronOf(timing: Timing): string {
  if (timing.kind === 'cron') return timing.line
  if (timing.kind === 'hours') {
    return `${timing.minute} ${timing.every === 1 ? '*' : `*/${timing.every}`} * * *`
  }
  const [hour, minute] = timing.time.split(':').map(Number)
  return `${minute ?? 0} ${hour ?? 0} * * ${timing.kind === 'weekly' ? timing.weekday : '*'}`
}

/** The same moment said in another way, as far as that way can say it. */
export function turnedInto(kind: Timing['kind'], timing: Timing): Timing {
  const time = 'time' in timing ? timing.time : usualTime
  if (kind === 'cron') return { kind, line: cronOf(timing) }
  if (kind === 'daily') return { kind, time }
  if (kind === 'weekly') return { kind, weekday: 0, time }
  return { kind, every: 6, minute: Number(time.slice(3)) }
}

/** `every day at 02:15`. */
export function timingWords(line: string): string {
  const timing = timingOf(line)
  if (timing.kind === 'daily') return `every day at ${timing.time}`
  if (timing.kind === 'weekly') return `every ${weekdays[timing.weekday]} at ${timing.time}`
  if (timing.kind === 'cron') return `by the cron line ${timing.line}`
  const every = timing.every === 1 ? 'every hour' : `every ${timing.every} hours`
  return `${every}, ${timing.minute} min past`
}

type Field = {
  name: string
  from: number
  to: number
  names?: readonly string[]
  /** Croner's words beyond plain cron, "the last Friday": sound, but which days is for croner to say. */
  beyond?: RegExp
}

const fields: readonly Field[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of the month', from: 1, to: 31, beyond: /^(LW?|\d+W)$/i },
  {
    name: 'month',
    from: 1,
    to: 12,
    names: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' '),
  },
  {
    name: 'weekday',
    from: 0,
    to: 7,
    names: 'sun mon tue wed thu fri sat'.split(' '),
    beyond: /^\w+(#[1-5L]|L)$/i,
  },
]

const numberOf = (word: string, { from, names }: Field): number => {
  const named = names?.indexOf(word.toLowerCase()) ?? -1
  return named >= 0 ? named + from : /^\d+$/.test(word) ? Number(word) : Number.NaN
}

/** Every value that a field means; a sentence where it means nothing. */
function valuesOf(text: string, field: Field): number[] | string {
  const values: number[] = []
  for (const part of text.split(',')) {
    if (field.beyond?.test(part)) continue
    const [range = '', step, more] = part.split('/')
    const [first = '', last, rest] = range.split('-')
    const every = range === '*' || range === '?'
    const from = every ? field.from : numberOf(first, field)
    const to = every || (step !== undefined && last === undefined) ? field.to : from
    const end = last === undefined ? to : numberOf(last, field)
    const by = step === undefined ? 1 : Number(step)
    if (more !== undefined || rest !== undefined || ![from, end, by].every(Number.isInteger)) {
      return `The ${field.name} “${text}” is no number, range or step.`
    }
    if (from < field.from || end > field.to || from > end || by < 1) {
      return `The ${field.name} is ${text}, expected ${field.from} to ${field.to}.`
    }
    for (let value = from; value <= end; value += by) values.push(value)
  }
  return values
}

/** What is wrong with a cron line, in one sentence. */
export function cronProblem(line: string): string | null {
  const words = fieldsOf(line)
  if (line.trim() === '') return 'The cron line is empty, expected five fields such as 15 2 * * *.'
  if (line.trim().startsWith('@') && words.length === 1) {
    return `${line.trim()} is not known, expected @hourly, @daily, @weekly or @monthly.`
  }
  if (words.length !== 5) {
    const count = words.length === 1 ? '1 field' : `${words.length} fields`
    return `The cron line has ${count}, expected five: minute, hour, day, month, weekday.`
  }
  const problem = fields
    .map((field, at) => valuesOf(words[at] ?? '', field))
    .find((values) => typeof values === 'string')
  return typeof problem === 'string' ? problem : null
}

/** Whether a line means this day at all. As cron does it: day and weekday are alternatives. */
export function dueOn(line: string, date: Date): boolean {
  if (cronProblem(line) !== null) return false
  const words = fieldsOf(line)
  const has = (at: number, ...values: number[]): boolean => {
    const field = fields[at]
    const meant = field === undefined ? '' : valuesOf(words[at] ?? '', field)
    return typeof meant !== 'string' && values.some((value) => meant.includes(value))
  }
  const weekday = date.getDay()
  const onDay = has(2, date.getDate())
  const onWeekday = has(4, weekday, ...(weekday === 0 ? [7] : []))
  const [, , ofMonth = '', , ofWeek = ''] = words
  const either = !/^[*?]$/.test(ofMonth) && !/^[*?]$/.test(ofWeek)
  return has(3, date.getMonth() + 1) && (either ? onDay || onWeekday : onDay && onWeekday)
}

/** How many backups may be kept of each kind. */
export const mostKept = 1_000

/** What is wrong with a plan, a sentence each, by the part it belongs to. */
export type PlanProblems = {
  schedule: (string | null)[]
  keep: string | null
  drill: string | null
}

export function planProblems(plan: BackupPlan): PlanProblems {
  const counts = Object.entries(plan.keep)
  const odd = counts.find(([, kept]) => !Number.isInteger(kept) || kept < 0 || kept > mostKept)
  return {
    schedule: plan.schedule.map(cronProblem),
    keep: odd === undefined ? null : `${keepWords[odd[0] as KeepName]} must be 0 to ${mostKept}.`,
    drill: plan.drill === null ? null : cronProblem(plan.drill),
  }
}

export const isSound = ({ schedule, keep, drill }: PlanProblems): boolean =>
  keep === null && drill === null && schedule.every((problem) => problem === null)

export type KeepName = keyof BackupPlan['keep']

export const keepWords: Record<KeepName, string> = {
  last: 'Newest',
  hourly: 'Hourly',
  daily: 'Daily',
  weekly: 'Weekly',
  monthly: 'Monthly',
}

export const keepHints: Record<KeepName, string> = {
  last: 'whenever they were taken',
  hourly: 'the newest of each hour',
  daily: 'the newest of each day',
  weekly: 'the newest of each week',
  monthly: 'the newest of each month',
}

/** `the newest 5, 30 daily, 8 weekly`; nothing where nothing is kept by itself. */
export function keptWords(keep: BackupPlan['keep']): string {
  const parts = (Object.keys(keepWords) as KeepName[]).flatMap((name) => {
    if (keep[name] === 0) return []
    return name === 'last' ? `the newest ${keep.last}` : `${keep[name]} ${name}`
  })
  return parts.length === 0 ? 'only what is pinned, and two that are verified' : parts.join(', ')
}
