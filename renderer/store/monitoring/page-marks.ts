import type { FindingCode } from '../../../shared/assess/finding.ts'
import type { StatusView } from '../../../shared/ipc/status.ts'
import type { Tab } from '../ui.ts'

export type PageMark = 'critical' | 'warning' | 'unknown'

const codes: readonly [Tab, RegExp][] = [
  ['gpus', /^GPU_/],
  ['ports', /^(PORT_|HYBRID_|UNIT_)/],
  ['changes', /_DRIFT$/],
  ['backups', /^BACKUP_/],
  [
    'monitoring',
    /^(EXPORTER_|PROMETHEUS_|TARGET_|SAMPLES_|GRAFANA_|DATASOURCE_|DASHBOARD_|ALERTMANAGER_|LIVE_CONFIG_|WATCHDOG_|LOGS_|WRONG_MACHINE_)/,
  ],
]

export const tabOf = (code: FindingCode): Tab =>
  codes.find(([, pattern]) => pattern.test(code))?.[0] ?? 'overview'

const rank: readonly string[] = ['critical', 'warning', 'unknown']

const isMark = (state: string): state is PageMark => rank.includes(state)

/** Which pages hold something that is broken. No mark is no praise: it has no colour. */
export function pageMarks(status: StatusView | undefined): Partial<Record<Tab, PageMark>> {
  const marks: Partial<Record<Tab, PageMark>> = {}
  const mark = (tab: Tab, state: string) => {
    const present = marks[tab]
    if (!isMark(state)) return
    if (present === undefined || rank.indexOf(state) < rank.indexOf(present)) marks[tab] = state
  }
  for (const { status: stage, code, severity } of status?.findings ?? []) {
    if (stage === 'firing' && tabOf(code) !== 'overview') mark(tabOf(code), severity)
  }
  if (status?.monitoring) mark('monitoring', status.monitoring.health)
  return marks
}
