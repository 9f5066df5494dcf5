import type { ServiceSight } from '../../../domain/prometheus.ts'
import type { Finding } from '../../finding.ts'
import { asAge, failsToAnswer, serviceSubject } from '../../monitoring/answers.ts'
import { asTime, evidence, type Situation } from '../../situation.ts'

/** A quiet machine still writes a line now and then. */
const mostMs = 15 * 60_000

/** Loki or a shipper does not answer, or no new line has come. */
export function logsStale({ monitoring }: Situation): Finding[] {
  const programs: readonly ServiceSight<{ ready: boolean }>[] = [
    ...(monitoring?.loki ?? []),
    ...(monitoring?.shippers ?? []),
  ]
  const silent = programs.flatMap((sight) => {
    const { look, url, service } = sight
    if (failsToAnswer(look)) {
      const failure = { failure: look.failure.message }
      return [stale(sight, `${service} does not answer at ${url}, expected it ready.`, failure)]
    }
    return look.status === 'known' && !look.value.ready
      ? [stale(sight, `${service} answers at ${url} and is not ready, expected it ready.`, { url })]
      : []
  })
  const old = (monitoring?.loki ?? []).flatMap((sight) => {
    if (sight.look.status !== 'known' || !sight.look.value.ready) return []
    const { newestLineAt } = sight.look.value
    const age = sight.look.observedAt - (newestLineAt ?? sight.look.observedAt)
    if (newestLineAt === undefined || age <= mostMs) return []
    return [
      stale(sight, `${sight.service} has had no new log line for ${asAge(age)}, expected some.`, {
        'newest line': asTime(newestLineAt),
      }),
    ]
  })
  return [...silent, ...old]
}

const stale = (
  sight: { project: string; service: string },
  sentence: string,
  facts: Record<string, string>,
): Finding => ({
  code: 'LOGS_STALE',
  severity: 'warning',
  subject: serviceSubject(sight),
  sentence,
  evidence: evidence(facts),
  remedy: { kind: 'runbook', code: 'LOGS_STALE' },
})
