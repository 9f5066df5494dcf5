import type { FindingView, IncidentView, StatusView } from '../../../shared/ipc/status.ts'
import { withoutStart } from '../../../shared/kit/without-start.ts'
import { withoutStop } from '../../../shared/kit/without-stop.ts'
import type { Notice } from '../../adapters/notifications/notifier.ts'

/** What, cause, damage and the next step, in words; what a click does is not decided here. */
type NoticeText = Pick<Notice, 'title' | 'body' | 'urgency' | 'actions'>

/** Servers draw a few short lines and cut the rest; the last one is the next step. */
const mostLines = 4
const longestLine = 120

/** Names beyond these are counted: the window and the command line have all of them. */
const namesInALine = 3

/** The evidence that tells cause and damage, what says most first. */
const telling = [
  'failure',
  'problem',
  'danger',
  'consequence',
  'noticed',
  'cause',
  'run elsewhere',
  'found elsewhere',
  'services',
  'ports held',
  'out of sight',
]

export function noticeOf(
  stack: string,
  incident: IncidentView,
  status: StatusView | undefined,
  demo: boolean,
): NoticeText {
  const root = status?.findings.find((one) => `${one.code}@${one.subject}` === incident.findings[0])
  const title = root?.sentence ?? incident.sentence
  const lines = [
    ...sentences(withoutStart(incident.sentence, title)),
    ...(root ? evidence(root, incident.sentence) : []),
  ]
  const remedy =
    incident.remedy.kind === 'plan' && incident.remedy.intent.kind === 'switch-back'
      ? [{ name: 'remedy', label: incident.remedy.label }]
      : []
  return {
    title: `${demo ? 'DEMO: ' : ''}${stack}: ${withoutStop(title)}`,
    body: [...lines.slice(0, mostLines - 1).map(shortened), nextStep(incident)].join('\n'),
    urgency: incident.severity === 'critical' ? 'critical' : 'normal',
    actions: [...remedy, { name: 'snooze', label: 'Snooze 1 hour' }],
  }
}

export function recoveryOf(stack: string, incident: IncidentView, demo: boolean): NoticeText {
  const end = incident.resolvedAt === undefined ? undefined : Date.parse(incident.resolvedAt)
  const lasted = end === undefined ? [] : `It lasted ${duration(end - Date.parse(incident.since))}.`
  const [what = ''] = sentences(incident.sentence)
  return {
    title: `${demo ? 'DEMO: ' : ''}${stack}: over`,
    body: [`Over: ${shortened(what)}`, lasted].flat().join('\n'),
    urgency: 'normal',
    actions: [],
  }
}

/** Each on a line of its own. A stop inside a name is no end: what follows it is no capital. */
const sentences = (text: string): string[] =>
  text.split(/(?<=\.)\s+(?=[\p{Lu}\d])/u).filter((sentence) => sentence !== '')

function evidence(finding: FindingView, said: string): string[] {
  return telling.flatMap((key) => {
    const value = finding.evidence[key]
    if (value === undefined || said.includes(value)) return []
    const [count = '', names] = value.split(': ', 2)
    const news = names !== undefined && said.includes(count) ? names : value
    return `${key.charAt(0).toUpperCase()}${key.slice(1)}: ${fewNames(news)}`
  })
}

function fewNames(value: string): string {
  const names = value.split(', ')
  if (names.length <= namesInALine + 1) return value
  return `${names.slice(0, namesInALine).join(', ')} … and ${names.length - namesInALine} more`
}

const shortened = (line: string): string =>
  line.length <= longestLine ? line : `${line.slice(0, longestLine - 1).trimEnd()}…`

function nextStep({ remedy }: IncidentView): string {
  if (remedy.kind === 'plan') return `Next: ${remedy.label}. Click to see the plan first.`
  if (remedy.kind === 'runbook') return 'Next: click for what to do.'
  return 'Click for details.'
}

export function duration(milliseconds: number): string {
  const seconds = Math.max(1, Math.round(milliseconds / 1000))
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
}
