import type { ServiceSight } from '../../../domain/prometheus.ts'
import type { Finding } from '../../finding.ts'
import { serviceSubject } from '../../monitoring/answers.ts'
import { asTime, type Situation } from '../../situation.ts'

/**
 * Alertmanager or Loki runs another configuration than the one that lies in its file. Prometheus,
 * which says when it loaded what, has a rule of its own.
 */
export function liveConfigStale({ monitoring }: Situation): Finding[] {
  return (monitoring?.configurations ?? []).flatMap((sight): Finding[] => {
    if (sight.look.status !== 'known' || sight.look.value.differs.length === 0) return []
    const isOf = (programs: readonly ServiceSight<unknown>[] = []) =>
      programs.some(
        ({ project, service }) => project === sight.project && service === sight.service,
      )
    if (isOf(monitoring?.prometheus)) return []
    const { file, modifiedAt, differs, hidden } = sight.look.value
    // Loki writes some of its settings under other names than its file: it may be in the right.
    const isAlertmanager = isOf(monitoring?.alertmanager)
    return [
      {
        code: 'LIVE_CONFIG_STALE',
        severity: isAlertmanager ? 'warning' : 'info',
        subject: serviceSubject(sight),
        sentence: `${sight.service} runs another configuration than ${file}, expected what is in the file.`,
        evidence: {
          'differs at': placesOf(differs),
          'file written': asTime(modifiedAt),
          ...(hidden > 0 && { 'not comparable': `${hidden} values` }),
        },
        remedy: { kind: 'runbook', code: 'LIVE_CONFIG_STALE' },
      },
    ]
  })
}

/** More than these make a sentence too long to be read. */
const mostPlaces = 3

/** `route.receiver, route.group_by and 2 more`. */
export function placesOf(differs: readonly string[]): string {
  const more = differs.length > mostPlaces ? ` and ${differs.length - mostPlaces} more` : ''
  return `${differs.slice(0, mostPlaces).join(', ')}${more}`
}
