import { familyOf } from '../../../shared/assess/root-cause.ts'
import type { FindingView, Health, IncidentView, StatusView } from '../../../shared/ipc/status.ts'
import type { IncidentChange } from '../surface.ts'

export type Changes = {
  /** Findings that are new or whose status is another one now. */
  findings: FindingView[]
  incidents: Array<Pick<IncidentChange, 'incident' | 'change'>>
}

const key = (finding: FindingView) => `${finding.code}@${finding.subject}`
const weight: Record<IncidentView['severity'], number> = {
  info: 0,
  unknown: 1,
  warning: 2,
  critical: 3,
}

/** What is worth a line between one verdict and the next. */
export function changesBetween(before: StatusView | undefined, after: StatusView): Changes {
  const findingsBefore = new Map(before?.findings.map((finding) => [key(finding), finding]))
  const incidentsBefore = new Map(before?.incidents.map((incident) => [incident.id, incident]))
  return {
    findings: after.findings.filter(
      (finding) => findingsBefore.get(key(finding))?.status !== finding.status,
    ),
    incidents: [
      ...withdrawn(before, after),
      ...after.incidents.flatMap((incident) => {
        const change = incidentChange(incidentsBefore.get(incident.id), incident)
        return change ? [{ incident, change }] : []
      }),
    ],
  }
}

/** What is not told by itself any more: part of another incident, or its stack is let go. */
export function withdrawn(
  before: StatusView | undefined,
  after: StatusView | undefined,
): Changes['incidents'] {
  const still = new Set(after?.incidents.map(({ id }) => id))
  return (before?.incidents ?? [])
    .filter(({ id, status }) => status === 'firing' && !still.has(id))
    .map((incident) => ({ incident, change: 'withdrawn' }))
}

function incidentChange(
  before: IncidentView | undefined,
  after: IncidentView,
): IncidentChange['change'] | undefined {
  // One that was already over when we first saw it is nobody's news.
  if (!before) return after.status === 'firing' ? 'opened' : undefined
  if (before.status !== after.status) return after.status === 'firing' ? 'opened' : 'resolved'
  if (after.status === 'resolved') return undefined
  if (weight[after.severity] > weight[before.severity]) return 'worsened'
  // What was told before turns out to be, or becomes, part of something larger: that is news.
  if (familyOf(after.cause) === 'place' && familyOf(before.cause) !== 'place') return 'worsened'
  const same =
    before.sentence === after.sentence &&
    before.cause === after.cause &&
    before.snoozedUntil === after.snoozedUntil
  return same ? undefined : 'updated'
}

const order: readonly Health[] = ['ok', 'unknown', 'warning', 'critical']

/** The worst of several verdicts; nothing to look at is unknown, never ok. */
export function worstHealth(healths: readonly Health[]): Health {
  if (healths.length === 0) return 'unknown'
  return healths.reduce((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a))
}
