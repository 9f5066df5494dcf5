import type { TimelineEntry, WatchLine } from '../../../shared/ipc/status.ts'
import { type Paint, toneText } from './paint.ts'
import { nextStep } from './status-text.ts'
import { table } from './table.ts'

const clock = (iso: string) => new Date(iso).toLocaleTimeString('sv-SE')
const day = (iso: string) => new Date(iso).toLocaleDateString('sv-SE')

/** Words the lines of `watch`, and says no incident again while its words stay the same. */
export function news(paint: Paint): (line: WatchLine) => string | undefined {
  const said = new Map<string, string>()
  return (line) => {
    if (line.type !== 'incident') return lineText(line, paint)
    const { incident } = line
    const words = [incident.status, incident.severity, incident.sentence].join()
    if (said.get(incident.id) === words) return undefined
    said.set(incident.id, words)
    return lineText(line, paint)
  }
}

/** One line of `watch` for a person, or nothing when it is no news by itself. */
function lineText(line: WatchLine, paint: Paint): string | undefined {
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

/** The timeline, oldest first, day by day. The stack is named where there are several. */
export function timelineText(entries: readonly TimelineEntry[], paint: Paint): string {
  if (entries.length === 0) return 'Nothing is recorded in this time.'
  const several = new Set(entries.flatMap(({ stack }) => stack ?? [])).size > 1
  const lines = table(
    entries.map(({ at, kind, stack, sentence }) => [
      paint('dim', clock(at)),
      kind,
      ...(several ? [stack ?? ''] : []),
      sentence,
    ]),
    '  ',
  ).split('\n')
  return entries
    .flatMap(({ at }, index) => {
      const before = entries[index - 1]
      const begins = before === undefined || day(before.at) !== day(at)
      return [...(begins ? [paint('bold', day(at))] : []), lines[index] ?? '']
    })
    .join('\n')
}
