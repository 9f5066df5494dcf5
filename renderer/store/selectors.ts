import { type FindingCode, findingKey } from '../../shared/assess/finding.ts'
import type { Mirror, OpenOperationView, OperationView } from '../../shared/ipc/contract.ts'
import type {
  FindingView,
  Health,
  IncidentView,
  StatusView,
  TimelineEntry,
} from '../../shared/ipc/status.ts'
import type { Page } from './ui.ts'

const worstFirst: readonly string[] = ['critical', 'unknown', 'warning', 'info', 'ok']
const rank = (word: string): number => worstFirst.indexOf(word)

/** A status that speaks of a stack. */
export type StackStatus = StatusView & { stack: string }

export const adoptedStacks = (mirror: Mirror): StackStatus[] =>
  mirror.stacks.filter((status): status is StackStatus => status.stack !== null)

/** The chosen stack; without a choice, or when it is gone, the one in the worst state. */
export function stackInView(mirror: Mirror, chosen: string | null): StackStatus | undefined {
  const stacks = adoptedStacks(mirror)
  return (
    stacks.find((status) => status.stack === chosen) ??
    stacks.toSorted((a, b) => rank(a.health) - rank(b.health))[0]
  )
}

/** What is seen of the machine when nothing has been adopted, if anything is. */
export const unadopted = (mirror: Mirror): StatusView | undefined =>
  mirror.stacks.find((status) => status.stack === null)

export type IncidentStory = {
  incident: IncidentView
  /** The first finding inside; absent when main did not send it. */
  cause: FindingView | undefined
  others: readonly FindingView[]
}

function storyOf(incident: IncidentView, findings: readonly FindingView[]): IncidentStory {
  const inside = incident.findings
    .map((key) => findings.find((finding) => findingKey(finding) === key))
    .filter((finding) => finding !== undefined)
  const cause = inside.find((finding) => findingKey(finding) === incident.findings[0])
  return { incident, cause, others: inside.filter((finding) => finding !== cause) }
}

/** What is going on now: the worst first, what is snoozed last. */
export const firingStories = (status: StatusView): IncidentStory[] =>
  status.incidents
    .filter((incident) => incident.status === 'firing')
    .toSorted(
      (a, b) =>
        Number(a.snoozedUntil !== undefined) - Number(b.snoozedUntil !== undefined) ||
        rank(a.severity) - rank(b.severity) ||
        a.since.localeCompare(b.since),
    )
    .map((incident) => storyOf(incident, status.findings))

/** What is over, the newest first. */
export const resolvedIncidents = (status: StatusView, limit = 5): IncidentView[] =>
  status.incidents
    .filter((incident) => incident.status === 'resolved')
    .toSorted((a, b) => (b.resolvedAt ?? b.since).localeCompare(a.resolvedAt ?? a.since))
    .slice(0, limit)

/** Seen, and not yet long enough to disturb anybody, or outside of every incident. */
export function looseFindings(status: StatusView): FindingView[] {
  const told = new Set(
    status.incidents
      .filter((incident) => incident.status === 'firing')
      .flatMap((incident) => incident.findings),
  )
  return status.findings.filter(
    (finding) => finding.status !== 'resolved' && !told.has(findingKey(finding)),
  )
}

/** What happened lately, the newest first; incidents have their own cards and tell findings. */
export const recentNews = (timeline: readonly TimelineEntry[], limit = 6): TimelineEntry[] =>
  timeline
    .filter(({ kind }) => kind !== 'finding' && kind !== 'incident')
    .toSorted((a, b) => b.at.localeCompare(a.at))
    .slice(0, limit)

/** What was asked for and what came since, each told once, the newest first. */
export function newestFirst(
  recent: readonly TimelineEntry[],
  asked: readonly TimelineEntry[] | null,
): TimelineEntry[] {
  const told = new Map(
    [...(asked ?? []), ...recent].map((entry) => [
      `${entry.at} ${entry.kind} ${entry.subject} ${entry.sentence}`,
      entry,
    ]),
  )
  return [...told.values()].toSorted((a, b) => b.at.localeCompare(a.at))
}

const aboutTheContext: readonly FindingCode[] = [
  'CONTEXT_SWITCHED',
  'STRAY_CONTAINERS',
  'SPLIT_BRAIN',
  'DESKTOP_STOPPED',
]

/** Keeping the new place is an offer only where there is one and it answers. */
export function mayKeepHere(status: StatusView, incident: IncidentView): boolean {
  const { current, home } = status
  if (current === null || home === null || current.context === home.context) return false
  return (
    aboutTheContext.includes(incident.cause) &&
    status.engines.some((engine) => engine.current && engine.answers)
  )
}

/** The one colour: a verdict is never better than what it stands on. */
export function healthInView(status: StatusView, connected: boolean): Health {
  return connected ? status.health : 'unknown'
}

export type Verdict = { health: Health; sentence: string }

export function verdictInView(status: StatusView, connected: boolean): Verdict {
  return {
    health: healthInView(status, connected),
    sentence: connected
      ? status.sentence
      : `Sentinel does not answer. Last heard: ${status.sentence}`,
  }
}

/** The operation a page stands for: the one that came after `after`, or only the one named. */
export function operationInView(mirror: Mirror, page: Page): OperationView | undefined {
  if (page.name !== 'operation' || mirror.operation === null) return undefined
  const { id } = mirror.operation
  if (page.only !== undefined) return id === page.only ? mirror.operation : undefined
  return id === page.after ? undefined : mirror.operation
}

/** Those that wait for somebody; one that is gone on with just now does not. */
export const waitingOperations = ({ openOperations, operation }: Mirror): OpenOperationView[] =>
  (openOperations ?? []).filter(({ id }) => operation?.outcome !== 'running' || operation.id !== id)

/** Names of every context that leads to an engine we look at, home and current marked. */
export type ContextMark = { name: string; home: boolean; current: boolean; answers: boolean }

export function contextMarks(status: StatusView): ContextMark[] {
  const marks = status.engines.flatMap((engine) =>
    engine.contexts.map((name) => ({
      name,
      home: name === status.home?.context,
      current: name === status.current?.context,
      answers: engine.answers,
    })),
  )
  return marks.toSorted(
    (a, b) =>
      Number(b.home) - Number(a.home) ||
      Number(b.current) - Number(a.current) ||
      a.name.localeCompare(b.name),
  )
}
