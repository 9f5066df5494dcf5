import type { Finding } from '../../finding.ts'
import type { Situation } from '../../situation.ts'
import { unanswered } from '../../unanswered.ts'

/** Alerts are made and reach nobody. */
export const alertmanagerUnreachable = ({ monitoring }: Situation): Finding[] =>
  unanswered('ALERTMANAGER_UNREACHABLE', 'critical', monitoring?.alertmanager, ({ ready }) =>
    ready ? undefined : 'is not ready',
  )
