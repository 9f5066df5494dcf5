import type {
  EngineView,
  FindingView,
  IncidentView,
  ServiceView,
  StatusView,
} from '../../../shared/ipc/status.ts'
import { withoutStart } from '../../../shared/kit/without-start.ts'
import { type Paint, toneText } from './paint.ts'
import { table } from './table.ts'

/** One verdict for a person: the sentence first, then why, then where everything is. */
export function statusText(status: StatusView, paint: Paint): string {
  const name = status.stack ? `${paint('bold', status.stack)}  ` : ''
  const parts = [
    `${toneText(status.health, paint)}  ${name}${status.sentence}`,
    placesText(status, paint),
    ...status.incidents
      .filter(({ status }) => status === 'firing')
      .map((incident) => incidentText(incident, status, paint)),
    pendingText(status.findings),
    enginesText(status.engines, paint),
    servicesText(status, paint),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function placesText({ home, current }: StatusView, paint: Paint): string {
  const rows: string[][] = []
  if (home) rows.push(['home', paint('bold', home.context), `engine ${short(home.engineId)}`])
  if (current) {
    const engine = current.engineId ? `engine ${short(current.engineId)}` : 'no engine answers'
    const why = current.source === 'default' ? 'no other is set' : `set by ${current.source}`
    rows.push(['current', paint('bold', current.context), `${engine}, ${why}`])
  }
  return table(rows, '  ')
}

/** Why, and what to do: what the verdict above has said already is not said again. */
function incidentText(
  incident: IncidentView,
  status: Pick<StatusView, 'sentence' | 'findings'>,
  paint: Paint,
): string {
  const inside = status.findings.filter((finding) =>
    incident.findings.includes(`${finding.code}@${finding.subject}`),
  )
  const sentence = withoutStart(incident.sentence, status.sentence) || incident.sentence
  const lines = [`  ${toneText(incident.severity, paint)}  ${sentence}`]
  const root = inside.find((finding) => finding.code === incident.cause)
  const evidence = Object.entries(root?.evidence ?? {})
    .filter(([, value]) => !incident.sentence.includes(value))
    .map(([key, value]) => [key, isTime.test(value) ? localTime(value) : value])
  if (evidence.length > 0) lines.push(table(evidence, '      '))
  const others = inside.filter((finding) => finding !== root)
  if (others.length > 0) {
    lines.push('      Also:')
    lines.push(...others.map(({ sentence }) => `        · ${sentence}`))
  }
  lines.push(`      ${paint('bold', 'Next:')} ${nextStep(incident)}`)
  if (incident.snoozedUntil) {
    lines.push(`      Snoozed until ${localTime(incident.snoozedUntil)}`)
  }
  return lines.join('\n')
}

/** What to type now. */
export function nextStep({ remedy, cause, recovers }: IncidentView): string {
  if (recovers) return 'odin-sentinel recover'
  if (remedy.kind !== 'plan') return `odin-sentinel runbook ${cause}`
  const { intent } = remedy
  if (intent.kind === 'keep-here') return 'odin-sentinel keep-here'
  if (intent.kind === 'recover') return 'odin-sentinel recover'
  if (intent.kind !== 'switch-back') return `odin-sentinel runbook ${cause}`
  const to = intent.to ? ` --to ${intent.to}` : ''
  return `odin-sentinel switch-back${to}${intent.startDesktop ? ' --start-desktop' : ''}`
}

function pendingText(findings: readonly FindingView[]): string {
  const pending = findings.filter(({ status }) => status === 'pending')
  if (pending.length === 0) return ''
  return ['  Not sure yet:', ...pending.map(({ sentence }) => `      ${sentence}`)].join('\n')
}

function enginesText(engines: readonly EngineView[], paint: Paint): string {
  if (engines.length === 0) return ''
  const rows = engines.map((engine) => [
    engine.contexts.join(', ') || engine.endpoint,
    engine.kind,
    engine.version,
    [engine.home ? 'home' : '', engine.current ? 'current' : ''].filter(Boolean).join(', '),
    engine.answers ? 'answers' : paint('magenta', `cannot see: ${engine.failure ?? 'no answer'}`),
  ])
  const head = ['ENGINE', 'KIND', 'VERSION', '', 'STATE'].map((cell) => paint('dim', cell))
  return table([head, ...rows], '  ')
}

function servicesText(status: StatusView, paint: Paint): string {
  if (status.services.length === 0) return ''
  const homeSeen = status.engines.some((engine) => engine.home && engine.answers)
  const faulty = new Set(status.findings.map(({ subject }) => subject))
  const rows = status.services.map((service) => [
    service.name,
    placeText(service, {
      homeId: status.home?.engineId,
      homeSeen,
      ended: service.oneShot === true && !faulty.has(`service:${service.project}/${service.name}`),
      paint,
    }),
  ])
  return table([[paint('dim', 'SERVICE'), paint('dim', 'WHERE')], ...rows], '  ')
}

type Seen = {
  homeId: string | undefined
  homeSeen: boolean
  /** It runs once, and nothing is wrong with it. */
  ended: boolean
  paint: Paint
}

function placeText({ places }: ServiceView, { homeId, homeSeen, ended, paint }: Seen): string {
  if (places.length === 0) {
    if (!homeSeen) return paint('magenta', 'cannot see')
    return ended ? paint('dim', 'runs once, nothing of it is left') : paint('red', 'nowhere')
  }
  return places
    .map(({ context, engineId, state, health }) => {
      const words = health === 'none' ? state : `${state}, ${health}`
      const where = `${context ?? short(engineId ?? '?')}: ${words}`
      if (engineId !== homeId) return paint('yellow', `${where} (stray)`)
      if (ended && state === 'exited') return `${context ?? 'home'}: finished`
      return state === 'running' && health !== 'unhealthy' ? where : paint('red', where)
    })
    .join('; ')
}

const short = (engineId: string) => engineId.slice(0, 12)
const isTime = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/
const localTime = (iso: string) => new Date(iso).toLocaleString('sv-SE')
