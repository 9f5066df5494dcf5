import { withoutStop } from '../kit/without-stop.ts'
import type { Finding, FindingCode } from './finding.ts'
import { counted } from './monitoring/answers.ts'
import { familyOf } from './root-cause.ts'

/** An incident in one or two short sentences: what and why, then the damage. */
export function tell(findings: readonly Finding[]): string {
  const [root] = findings
  if (root === undefined) return ''
  switch (familyOf(root.code)) {
    case 'place':
      return [whatAndWhy(findings, root), damage(findings, root)].filter(Boolean).join(' ')
    case 'elsewhere':
      return [root.sentence, onTwoEngines(findings), brokeWithIt(findings)]
        .filter(Boolean)
        .join(' ')
    case 'service':
      return findings.length === 1 ? root.sentence : troubles(findings)
    case 'chain':
      return [root.sentence, brokeWithIt(findings)].filter(Boolean).join(' ')
    default:
      return root.sentence
  }
}

function whatAndWhy(findings: readonly Finding[], root: Finding): string {
  const switched = findings.find(({ code }) => code === 'CONTEXT_SWITCHED')
  if (switched === undefined) return root.sentence
  const cause = switched.evidence['cause']
  return cause === undefined ? switched.sentence : `${withoutStop(switched.sentence)}: ${cause}.`
}

function damage(findings: readonly Finding[], root: Finding): string {
  const outOfSight = [root, ...findings]
    .map(({ evidence }) => evidence['out of sight'])
    .find((value) => value !== undefined)
    ?.split(':')[0]
  const strays = findings.filter(({ code }) => code === 'STRAY_CONTAINERS')
  const services = findings.filter(({ code }) => familyOf(code) === 'service')
  const parts = [
    outOfSight && `${outOfSight} ${outOfSight.startsWith('1 ') ? 'is' : 'are'} out of sight`,
    ...strays.map(({ sentence }) => withoutStop(sentence.split(',')[0] ?? sentence)),
    services.length > 0 && `in trouble: ${services.map(nameOf).join(', ')}`,
    ...followUps(findings),
  ].filter(Boolean)
  return parts.length === 0 ? '' : `${upper(parts.join('; '))}.`
}

function onTwoEngines(findings: readonly Finding[]): string {
  const split = findings.filter(({ code }) => code === 'SPLIT_BRAIN').length
  if (split === 0 || split === findings.length)
    return split > 1 ? `${split - 1} more on two engines.` : ''
  return `${split} ${split === 1 ? 'service runs' : 'services run'} on two engines.`
}

/** `3 services are in trouble: grafana (stopped), loki (stopped), renderer (no container).` */
const troubles = (findings: readonly Finding[]): string =>
  `${findings.length} services are in trouble: ${findings
    .map((finding) => `${nameOf(finding)} (${wordFor[finding.code] ?? finding.code})`)
    .join(', ')}.`

const wordFor: Partial<Record<FindingCode, string>> = {
  SERVICE_CRASH_LOOPING: 'keeps dying',
  SERVICE_OOM_KILLED: 'out of memory',
  SERVICE_STOPPED: 'stopped',
  SERVICE_MISSING: 'no container',
  SERVICE_UNHEALTHY: 'unhealthy',
  HEALTHCHECK_CANNOT_RUN: 'its check cannot run',
}

/** What stands beside the root, counted, in the order from cause to panel. */
function brokeWithIt([root, ...rest]: readonly Finding[]): string {
  const parts = followUps(rest, root?.code)
  return parts.length === 0 ? '' : `${upper(parts.join('; '))}.`
}

const named: readonly (readonly [FindingCode, (all: readonly Finding[]) => string])[] = [
  ['TARGET_CANNOT_WORK', cannotReach],
  [
    'HYBRID_DEPLOYMENT',
    (all) => `${all.map(nameOf).join(', ')} ${doOrDoes(all)} the work of containers`,
  ],
  ['PORT_CONFLICT', (all) => `${ports(all)} ${are(all)} held by others`],
  ['GPU_EXPORTER_WITHOUT_GPU', (all) => `${all.map(nameOf).join(', ')} cannot see the card`],
  ['UNIT_FAILED', (all) => `${all.map(nameOf).join(', ')} failed`],
  ['COMPOSE_DRIFT', (all) => `${counted(all.length, 'compose setting')} changed`],
  ['IMAGE_DRIFT', (all) => `${counted(all.length, 'image')} changed`],
  ['CONFIG_DRIFT', (all) => `${all.map(nameOf).join(', ')} changed`],
  ['EXPORTER_DOWN', (all) => `${counted(all.length, 'exporter')} ${doOrDoes(all)} not answer`],
  ['EXPORTER_NOT_METRICS', (all) => `${counted(all.length, 'exporter')} ${are(all)} no exporter`],
  [
    'WRONG_MACHINE_MEASURED',
    (all) =>
      `${all.map(nameOf).join(', ')} ${all.length === 1 ? 'measures' : 'measure'} another machine`,
  ],
  ['PROMETHEUS_UNREACHABLE', () => 'Prometheus does not answer'],
  [
    'LIVE_CONFIG_STALE',
    (all) =>
      `${all.map(nameOf).join(', ')} ${all.length === 1 ? 'runs' : 'run'} an older configuration`,
  ],
  ['PROMETHEUS_CONFIG_STALE', () => 'Prometheus runs an older configuration'],
  ['PORT_NEAR_MISS', (all) => `${counted(all.length, 'port')} ${are(all)} off by one or two`],
  ['PROMETHEUS_TARGET_DOWN', (all) => `${counted(all.length, 'target')} ${are(all)} down`],
  ['SAMPLES_STALE', (all) => `${counted(all.length, 'job')} without fresh samples`],
  ['GRAFANA_UNREACHABLE', () => 'Grafana does not answer'],
  ['LOGS_STALE', () => 'no new logs come in'],
  [
    'DATASOURCE_BROKEN',
    (all) => `${counted(all.length, 'datasource')} ${doOrDoes(all)} not answer`,
  ],
  ['DASHBOARD_NO_DATA', (all) => `${counted(all.length, 'dashboard')} without data`],
  ['ALERTMANAGER_UNREACHABLE', () => 'Alertmanager does not answer'],
  ['WATCHDOG_MISSING', () => 'the Watchdog has stopped'],
]

/** `grafana, prometheus cannot reach host.docker.internal on default`. */
function cannotReach(all: readonly Finding[]): string {
  const facts = all.map(({ sentence }) => (sentence.split(': ')[0] ?? '').split(' cannot reach '))
  return [...Map.groupBy(facts, ([, where]) => where)]
    .map(([where, who]) => `${who.map(([name]) => name).join(', ')} cannot reach ${where}`)
    .join('; ')
}

/** What has just been said of one is not said again of the others: they are `2 more`. */
function followUps(findings: readonly Finding[], justSaid?: FindingCode): string[] {
  return named.flatMap(([code, say]) => {
    const all = findings.filter((finding) => finding.code === code)
    if (all.length === 0) return []
    const words = say(all)
    return [code === justSaid && /^\d/.test(words) ? `${all.length} more` : words]
  })
}

const are = (all: readonly unknown[]): string => (all.length === 1 ? 'is' : 'are')
const doOrDoes = (all: readonly unknown[]): string => (all.length === 1 ? 'does' : 'do')
const ports = (all: readonly Finding[]): string =>
  `${all.length === 1 ? 'port' : 'ports'} ${all.map(({ subject }) => /\d+/.exec(subject)?.[0]).join(', ')}`

const nameOf = ({ subject }: Finding): string => subject.slice(subject.search(/[^/:]+$/))
/** Words begin large; `node_exporter.service` is a name and keeps its letters. */
const upper = (text: string): string =>
  /^[\w-]*[._]/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1)
