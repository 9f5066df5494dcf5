import type { History } from '../../../shared/domain/history.ts'
import type { OperationView } from '../../../shared/ipc/contract.ts'
import type { TimelineEntry } from '../../../shared/ipc/status.ts'
import type { Changes } from './changes.ts'

const iso = (at: number) => new Date(at).toISOString()

/** What happened to context and engines between two histories, in words for the timeline. */
export function chronicleOf(before: History, after: History): TimelineEntry[] {
  return [...contextEntries(before, after), ...engineEntries(before, after)]
}

function contextEntries(before: History, after: History): TimelineEntry[] {
  const { current, previous } = after
  if (!current || (current.name === before.current?.name && current.since === before.current.since))
    return []
  const from = previous ? ` from ${previous.name}` : ''
  const verb = before.current ? 'changed' : 'seen'
  const away = before.current && after.changedWhileAway ? ', while Sentinel was not running' : ''
  return [
    {
      at: iso(before.current ? current.since : after.seenAt),
      kind: 'context',
      stack: null,
      subject: 'context:current',
      sentence: `Docker context ${verb}${from}: it is ${current.name} (${current.source})${away}.`,
    },
  ]
}

function engineEntries(before: History, after: History): TimelineEntry[] {
  return Object.entries(after.engines).flatMap(([endpoint, now]) => {
    const was = before.engines[endpoint]
    const replaced = was?.engineId !== undefined && now.engineId !== was.engineId
    if (was && was.answers === now.answers && !replaced) return []
    if (!was && !now.answers) return []
    const what = replaced
      ? `is another engine now: ${now.engineId}, before ${was.engineId}`
      : now.answers
        ? 'answers'
        : 'no longer answers'
    return [
      {
        at: iso(now.since),
        kind: 'engine' as const,
        stack: null,
        subject: `engine:${endpoint}`,
        sentence: `Engine at ${endpoint} ${what}.`,
      },
    ]
  })
}

/** Findings and incidents that began or ended, in words for the timeline. */
export function chronicleOfChanges(stack: string, changes: Changes, at: string): TimelineEntry[] {
  const findings = changes.findings
    .filter((finding) => finding.status !== 'pending')
    .map((finding) => ({
      at,
      kind: 'finding' as const,
      stack,
      subject: `${finding.code}@${finding.subject}`,
      sentence: finding.status === 'resolved' ? `Over: ${finding.sentence}` : finding.sentence,
    }))
  const incidents = changes.incidents
    .filter(({ change }) => change === 'opened' || change === 'resolved')
    .map(({ incident, change }) => ({
      at,
      kind: 'incident' as const,
      stack,
      // Not its id: two instances that see it a moment apart record it once.
      subject: incident.id.replace(/#\d+$/, ''),
      sentence: change === 'resolved' ? `Over: ${incident.sentence}` : incident.sentence,
    }))
  return [...incidents, ...findings]
}

/**
 * How an operation ended, and what came of its steps. One that was gone on with has said some of
 * that before: what `before` has of it is not told again.
 */
export function chronicleOfOperation(
  { id, title, stack, sentence, steps }: OperationView,
  before: readonly TimelineEntry[],
  at: string,
): TimelineEntry[] {
  const subject = `operation:${id}`
  const told = new Set(before.flatMap((one) => (one.subject === subject ? [one.sentence] : [])))
  const remarks = steps
    .filter(({ remark }) => remark !== undefined && remark !== '')
    .map(({ what, remark }) => `${title}, ${what}: ${remark}`)
  return [`${title}: ${sentence}`, ...remarks.filter((one) => !told.has(one))].map((one) => ({
    ...{ at, kind: 'operation' as const, stack: stack === '' ? null : stack },
    ...{ subject, sentence: one },
  }))
}
