import type { ServiceSight } from '../../domain/prometheus.ts'
import type { Finding, FindingCode, Severity } from '../finding.ts'
import { asTime, evidence } from '../situation.ts'
import { failsToAnswer, serviceSubject } from './answers.ts'

/** One finding for each program that does not answer, or says itself that it is not well. */
export function unanswered<T>(
  code: FindingCode,
  severity: Severity,
  sights: readonly ServiceSight<T>[] = [],
  complaint: (value: T) => string | undefined,
): Finding[] {
  return sights.flatMap((sight): Finding[] => {
    const { look, service, url } = sight
    const about = { code, severity, subject: serviceSubject(sight) }
    const remedy = { kind: 'runbook', code } as const
    if (failsToAnswer(look)) {
      return [
        {
          ...about,
          sentence: `${service} does not answer at ${url}, expected it ready.`,
          evidence: evidence({
            failure: look.failure.message,
            'last looked': asTime(look.observedAt),
          }),
          remedy,
        },
      ]
    }
    const said = look.status === 'known' ? complaint(look.value) : undefined
    if (said === undefined) return []
    const sentence = `${service} answers at ${url} and ${said}, expected it ready.`
    return [{ ...about, sentence, evidence: { url }, remedy }]
  })
}
