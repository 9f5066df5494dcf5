import type { IncidentView, ServiceView, StatusView, TimelineEntry } from '../ipc/status.ts'

/** What is kept of an incident: the last verdict before it, the worst one in it, the newest. */
export type IncidentRecord = {
  incident: IncidentView
  stack: string
  before: StatusView | null
  worst: StatusView
  last: StatusView
}

type ReportMatter = {
  since: string
  until: string
  records: readonly IncidentRecord[]
  timeline: readonly TimelineEntry[]
}

/** The account of what happened that somebody would otherwise write by hand, in Markdown. */
export function incidentReport(matter: ReportMatter): string {
  const { since, until, records } = matter
  const head = ['# Incident report', '', `From ${when(since)} to ${when(until)} (UTC).`, '']
  const body =
    records.length === 0
      ? ['## Summary', '', 'No incident was recorded in this time.', '']
      : [...summary(records), ...records.flatMap(incidentPart)]
  return [...head, ...body, ...timelinePart(matter.timeline)].join('\n')
}

const when = (iso: string) => iso.replace('T', ' ').replace(/\.\d+Z$/, '')

function summary(records: readonly IncidentRecord[]): string[] {
  return [
    '## Summary',
    '',
    '| incident | stack | began | ended | severity |',
    '|---|---|---|---|---|',
    ...records.map(({ incident, stack }) =>
      row(
        incident.sentence,
        stack,
        when(incident.since),
        incident.resolvedAt ? when(incident.resolvedAt) : 'not over',
        incident.severity,
      ),
    ),
    '',
  ]
}

/** A cell must not end its row, nor begin another. */
const row = (...cells: string[]) =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')).join(' | ')} |`

function incidentPart({ incident, before, worst, last }: IncidentRecord): string[] {
  const inside = worst.findings.filter(({ code, subject }) =>
    incident.findings.includes(`${code}@${subject}`),
  )
  const root = inside.find(({ code }) => code === incident.cause)
  const factors = inside.filter((finding) => finding !== root)
  return [
    `## ${incident.sentence}`,
    '',
    '### What worked before',
    '',
    before
      ? `${before.sentence} Docker context: ${before.current?.context ?? 'not known'}.`
      : 'Nothing is recorded from before: Sentinel had just begun to watch.',
    '',
    '### State at the failure',
    '',
    ...stateTable(worst),
    '',
    '### Root cause',
    '',
    root ? root.sentence : incident.sentence,
    '',
    ...Object.entries(root?.evidence ?? {}).map(([key, value]) => `- ${key}: ${value}`),
    '',
    '### Contributing factors',
    '',
    ...(factors.length > 0
      ? factors.map(({ code, sentence }) => `- ${sentence} (${code})`)
      : ['None were found.']),
    '',
    '### Affected services',
    '',
    ...affected(before, worst),
    '',
    '### How it stands now',
    '',
    incident.status === 'resolved' && incident.resolvedAt
      ? `Over since ${when(incident.resolvedAt)}. ${last.sentence}`
      : `Not over. ${last.sentence}`,
    '',
  ]
}

function stateTable({ home, current, engines }: StatusView): string[] {
  return [
    `- home: ${home ? `${home.context}, engine ${home.engineId}` : 'none adopted'}`,
    `- current: ${current ? `${current.context}, set by ${current.source}` : 'could not be read'}`,
    ...engines.map(
      ({ contexts, endpoint, kind, answers, failure }) =>
        `- engine ${contexts.join(', ') || endpoint} (${kind}): ${answers ? 'answered' : `did not answer: ${failure}`}`,
    ),
  ]
}

function affected(before: StatusView | null, worst: StatusView): string[] {
  const rows = worst.services.flatMap((service) => {
    const then = before?.services.find(
      ({ name, project }) => name === service.name && project === service.project,
    )
    const [was, is] = [then ? placesText(then) : 'not known', placesText(service)]
    return was === is ? [] : [row(service.name, was, is)]
  })
  if (rows.length === 0) return ['Every service stayed where it was.']
  return ['| service | before | at the failure |', '|---|---|---|', ...rows]
}

const placesText = ({ places }: ServiceView): string =>
  places.length === 0
    ? 'not in sight'
    : places
        .map(({ context, state, health }) =>
          [context ?? 'an unnamed engine', health === 'none' ? state : `${state}, ${health}`].join(
            ': ',
          ),
        )
        .join('; ')

function timelinePart(entries: readonly TimelineEntry[]): string[] {
  const deeds = entries.filter(({ kind }) => kind === 'operation' || kind === 'stack')
  return [
    '## What was done',
    '',
    ...(deeds.length > 0
      ? deeds.map(({ at, sentence }) => `- ${when(at)} ${sentence}`)
      : ['Nothing was done through Sentinel in this time.']),
    '',
    '## Timeline',
    '',
    ...(entries.length > 0
      ? [
          '| when | what | |',
          '|---|---|---|',
          ...entries.map(({ at, kind, sentence }) => row(when(at), kind, sentence)),
        ]
      : ['Nothing is recorded.']),
    '',
  ]
}
