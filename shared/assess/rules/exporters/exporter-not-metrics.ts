import type { Finding } from '../../finding.ts'
import { failsToAnswer, serviceSubject } from '../../monitoring/answers.ts'
import { evidence, type Situation } from '../../situation.ts'

/** Somebody answers where an exporter should, and what comes is no exposition. */
export function exporterNotMetrics({ monitoring }: Situation): Finding[] {
  return (monitoring?.exporters ?? []).flatMap((exporter): Finding[] => {
    const { exposition, service, kind, url } = exporter
    if (!failsToAnswer(exposition)) return []
    const { code, message } = exposition.failure
    if (code !== 'not-metrics' && code !== 'invalid') return []
    return [
      {
        code: 'EXPORTER_NOT_METRICS',
        severity: 'warning',
        subject: serviceSubject(exporter),
        sentence: `${service} answers at ${url} with something that is no metrics, expected an exposition.`,
        evidence: evidence({ answer: message, kind }),
        remedy: { kind: 'runbook', code: 'EXPORTER_NOT_METRICS' },
      },
    ]
  })
}
