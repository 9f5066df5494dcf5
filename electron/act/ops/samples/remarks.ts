import type { HomeBefore, Saved } from './carried-note.ts'
import { type Counts, everyTarget, totalOf } from './count-samples.ts'

/** What is to be left on a disk. */
export const spareBytes = 64 * 1024 * 1024

export const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1024 / 1024)} MB`

const ofWhat = ({ selector }: Pick<Saved, 'selector'>) => (selector === everyTarget ? ' of up' : '')

/** "3 samples of up from … to … are copied." */
export function savedRemark(saved: Saved): string {
  if (saved.blocks.length === 0) return 'Nothing had been recorded there.'
  const many = totalOf(saved.counts)
  const between = `from ${moment(saved.from)} to ${moment(saved.to)}`
  return `${many} ${many === 1 ? 'sample' : 'samples'}${ofWhat(saved)} ${between}.`
}

/** Both sides in numbers, and the time in which home recorded nothing. */
export function mergedRemark(
  { from }: { from: string },
  saved: Saved,
  home: HomeBefore,
  after: Counts,
): string {
  const numbers = [
    `${totalOf(home.counts)} at home`,
    `${totalOf(saved.counts)} from ${from}`,
    `${totalOf(after)} after`,
  ]
  const since = `Samples${ofWhat(saved)} since ${moment(home.from)}: ${numbers.join(', ')}.`
  if (!home.gap) return since
  return `${since} Home itself recorded nothing from ${moment(home.gap.from)} to ${moment(home.gap.to)}.`
}

const moment = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`
