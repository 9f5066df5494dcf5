import { lastSeen } from '../../../domain/reading.ts'
import type { Finding } from '../../finding.ts'
import { failsToAnswer, serviceSubject } from '../../monitoring/answers.ts'
import { asTime, evidence, type Situation } from '../../situation.ts'

/** An exporter does not answer where the stack file says that it can be asked. */
export function exporterDown({ monitoring }: Situation): Finding[] {
  return (monitoring?.exporters ?? []).flatMap((exporter): Finding[] => {
    const { exposition, service, kind, url } = exporter
    if (!failsToAnswer(exposition)) return []
    const { code, message } = exposition.failure
    if (code === 'not-metrics' || code === 'invalid') return []
    const before = lastSeen(exposition)
    return [
      {
        code: 'EXPORTER_DOWN',
        severity: 'warning',
        subject: serviceSubject(exporter),
        sentence: `${service} does not answer at ${url}, expected its metrics.`,
        evidence: evidence({
          failure: message,
          kind,
          'last looked': asTime(exposition.observedAt),
          'it had': before && `${before.samples} samples`,
        }),
        remedy: { kind: 'runbook', code: 'EXPORTER_DOWN' },
      },
    ]
  })
}
