import type { TimelineEntry, WatchLine } from '../../../shared/ipc/status.ts'
import { type Paint, toneText } from './paint.ts'
import { nextStep } from './status-text.ts'
import { table } from './table.ts'

const clock = (iso: string) => new Date(iso).toLocaleTimeString('sv-SE')

/** One line of `watch` for a person, or nothing when it is no news by itself. */
export function lineText(line: WatchLine, paint: Paint): string | undefined {
  const at = paint('dim', clock(line.at))
  if (line.type === 'incident') {
    const { incident } = line
    if (incident.status === 'resolved') {
      return `${at}  ${toneText('ok', paint)}  Over: ${incident.sentence}`
    }
    const next = incident.remedy.kind === 'none' ? '' : `\n          Next: ${nextStep(incident)}`
    return `${at}  ${toneText(incident.severity, paint)}  ${incident.sentence}${next}`
  }
  if (line.type === 'timeline' && !['incident', 'finding'].includes(line.entry.kind)) {
    return `${at}  ${line.entry.sentence}`
  }
  return undefined
}

/** The timeline, oldest first. */
export function timelineText(entries: readonly TimelineEntry[], paint: Paint): string {
  if (entries.length === 0) return 'Nothing is recorded in this time.'
  return table(
    entries.map(({ at, kind, stack, sentence }) => [
      paint('dim', new Date(at).toLocaleString('sv-SE')),
      kind,
      stack ?? '',
      sentence,
    ]),
  )
}
