import type { Finding } from '../../finding.ts'
import { unanswered } from '../../monitoring/unanswered.ts'
import type { Situation } from '../../situation.ts'

/** Grafana does not answer, or answers that its own database fails. */
export const grafanaUnreachable = ({ monitoring }: Situation): Finding[] =>
  unanswered('GRAFANA_UNREACHABLE', 'critical', monitoring?.grafana, ({ databaseOk }) =>
    databaseOk ? undefined : 'cannot use its database',
  )
