import type { Finding } from '../../finding.ts'
import { unanswered } from '../../monitoring/unanswered.ts'
import type { Situation } from '../../situation.ts'

/** Prometheus does not answer, or answers that it is not ready. */
export const prometheusUnreachable = ({ monitoring }: Situation): Finding[] =>
  unanswered('PROMETHEUS_UNREACHABLE', 'critical', monitoring?.prometheus, ({ ready }) =>
    ready ? undefined : 'is not ready',
  )
