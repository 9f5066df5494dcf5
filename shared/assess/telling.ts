import { withoutStop } from '../kit/without-stop.ts'
import type { Finding, FindingCode } from './finding.ts'
import { familyOf } from './root-cause.ts'

/** An incident in one or two short sentences: what and why, then the damage. */
export function tell(findings: readonly Finding[]): string {
  const [root] = findings
  if (root === undefined) return ''
  switch (familyOf(root.code)) {
    case 'place':
      return [whatAndWhy(findings, root), damage(findings, root)].filter(Boolean).join(' ')
    case 'elsewhere':
      return [root.sentence, onTwoEngines(findings)].filter(Boolean).join(' ')
    case 'service':
      return findings.length === 1 ? root.sentence : troubles(findings)
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

const nameOf = ({ subject }: Finding): string => subject.slice(subject.lastIndexOf('/') + 1)
const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
