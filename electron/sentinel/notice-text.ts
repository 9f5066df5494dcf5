import type { FindingView, IncidentView, StatusView } from '../../shared/ipc/status.ts'
import type { Notice } from '../adapters/notifications/notifier.ts'

/** What, cause, damage and the next step, in words; what a click does is not decided here. */
export type NoticeText = Pick<Notice, 'title' | 'body' | 'urgency' | 'actions'>

/** Servers draw a few lines and cut the rest. */
const evidenceLines = 3

/** The evidence that tells cause and damage; the rest is for who looks closer. */
const telling = new Set([
  'cause',
  'failure',
  'problem',
  'consequence',
  'danger',
  'noticed',
  'out of sight',
  'run elsewhere',
  'found elsewhere',
  'services',
  'ports held',
])

export function noticeOf(
  stack: string,
  incident: IncidentView,
  status: StatusView | undefined,
  demo: boolean,
): NoticeText {
  const root = status?.findings.find((one) => `${one.code}@${one.subject}` === incident.findings[0])
  const title = root?.sentence ?? incident.sentence
  const lines = [
    beyond(title, incident.sentence),
    root ? evidence(root, incident.sentence) : [],
    nextStep(incident),
  ]
  const remedy =
    incident.remedy.kind === 'plan' && incident.remedy.intent.kind === 'switch-back'
      ? [{ name: 'remedy', label: incident.remedy.label }]
      : []
  return {
    title: `${demo ? 'DEMO: ' : ''}${stack}: ${withoutStop(title)}`,
    body: lines.flat().join('\n'),
    urgency: incident.severity === 'critical' ? 'critical' : 'normal',
    actions: [...remedy, { name: 'snooze', label: 'Snooze 1 hour' }],
  }
}

export function recoveryOf(stack: string, incident: IncidentView, demo: boolean): NoticeText {
  const end = incident.resolvedAt === undefined ? undefined : Date.parse(incident.resolvedAt)
  const lasted = end === undefined ? [] : `It lasted ${duration(end - Date.parse(incident.since))}.`
  return {
    title: `${demo ? 'DEMO: ' : ''}${stack}: over`,
    body: [`Over: ${incident.sentence}`, lasted].flat().join('\n'),
    urgency: 'normal',
    actions: [],
  }
}

/** What the sentence says more than the title does. */
function beyond(title: string, sentence: string): string[] {
  const start = withoutStop(title)
  const rest = sentence.startsWith(start) ? sentence.slice(start.length) : sentence
  const more = rest.replace(/^[\s.:;,]+/, '')
  return more === '' ? [] : [more.charAt(0).toUpperCase() + more.slice(1)]
}

function evidence(finding: FindingView, said: string): string[] {
  return Object.entries(finding.evidence)
    .filter(([key, value]) => telling.has(key) && !said.includes(value))
    .slice(0, evidenceLines)
    .map(([key, value]) => `${key}: ${value}`)
}

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

const withoutStop = (sentence: string): string => sentence.replace(/\.$/, '')
