import type { Finding } from '../../finding.ts'
import { serviceSubject } from '../../monitoring/answers.ts'
import { asTime, type Situation } from '../../situation.ts'

/** More than these make a sentence too long to be read. */
const mostPaths = 3

/** Alertmanager or Loki runs another configuration than the one that lies in its file. */
export function liveConfigStale({ monitoring }: Situation): Finding[] {
  return (monitoring?.configurations ?? []).flatMap((sight): Finding[] => {
    if (sight.look.status !== 'known' || sight.look.value.differs.length === 0) return []
    const { file, modifiedAt, differs, hidden } = sight.look.value
    const more = differs.length > mostPaths ? ` and ${differs.length - mostPaths} more` : ''
    // Loki writes some of its settings under other names than its file: it may be in the right.
    const isAlertmanager = monitoring?.alertmanager.some(
      ({ project, service }) => project === sight.project && service === sight.service,
    )
    return [
      {
        code: 'LIVE_CONFIG_STALE',
        severity: isAlertmanager ? 'warning' : 'info',
        subject: serviceSubject(sight),
        sentence: `${sight.service} runs another configuration than ${file}, expected what is in the file.`,
        evidence: {
          'differs at': `${differs.slice(0, mostPaths).join(', ')}${more}`,
          'file written': asTime(modifiedAt),
          ...(hidden > 0 && { 'not comparable': `${hidden} values` }),
        },
        remedy: { kind: 'runbook', code: 'LIVE_CONFIG_STALE' },
      },
    ]
  })
}
