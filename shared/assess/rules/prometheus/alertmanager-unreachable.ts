import type { Finding } from '../../finding.ts'
import { unanswered } from '../../monitoring/unanswered.ts'
import type { Situation } from '../../situation.ts'

/** Alerts are made and reach nobody. */
export const alertmanagerUnreachable = ({ monitoring }: Situation): Finding[] =>
  unanswered('ALERTMANAGER_UNREACHABLE', 'critical', monitoring?.alertmanager, ({ ready }) =>
    ready ? undefined : 'is not ready',
  )
