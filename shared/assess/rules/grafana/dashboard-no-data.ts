import { checkedPanels } from '../../../domain/dashboards-shown.ts'
import type { Dashboard, Panel } from '../../../domain/grafana.ts'
import type { Prometheus, ServiceSight } from '../../../domain/prometheus.ts'
import type { Finding } from '../../finding.ts'
import { serviceSubject } from '../../monitoring/answers.ts'
import { asTime, evidence, type Situation } from '../../situation.ts'

/**
 * A dashboard shows nothing, or lost what it showed when the baseline was accepted. One empty
 * panel alone says nothing: a list of errors is empty while there are none.
 */
export function dashboardNoData({ monitoring, baseline }: Situation): Finding[] {
  const begun = Math.max(0, ...(monitoring?.prometheus ?? []).map(hasSamplesFrom))
  return (monitoring?.grafana ?? []).flatMap((sight) => {
    if (sight.look.status !== 'known') return []
    const { dashboards = [], dashboardsCheckedAt } = sight.look.value
    const early = dashboardsCheckedAt !== undefined && dashboardsCheckedAt < begun
    return dashboards.flatMap((dashboard): Finding[] => {
      const asked = checkedPanels(dashboard)
      const broken = brokenPanels(dashboard, asked, baseline?.panels).filter(
        ({ state }) => state === 'error' || !early,
      )
      if (broken.length === 0) return []
      const silent = asked.every(({ state }) => state !== 'data')
      const fact = silent
        ? 'shows no data in any panel'
        : `shows no data in ${broken.length} of ${asked.length} panels`
      return [
        {
          code: 'DASHBOARD_NO_DATA',
          severity: silent ? 'critical' : 'warning',
          subject: `dashboard:${dashboard.uid}`,
          about: [serviceSubject(sight)],
          sentence: `Dashboard ${dashboard.title} ${fact}, expected data.`,
          evidence: evidence({
            panels: broken.map(({ title, id }) => title || `panel ${id}`).join(', '),
            'Grafana says': broken.find(({ message }) => message !== '')?.message,
            folder: dashboard.folder,
            checked: dashboardsCheckedAt === undefined ? undefined : asTime(dashboardsCheckedAt),
          }),
          remedy: { kind: 'runbook', code: 'DASHBOARD_NO_DATA' },
        },
      ]
    })
  })
}

/** A rate wants two scrapes, and those of a Prometheus that has just started are spread. */
const warmUpScrapes = 3
const shortestWarmUpSeconds = 30

/** From when on there must be something to show. */
function hasSamplesFrom({ look }: ServiceSight<Prometheus>): number {
  if (look.status !== 'known') return 0
  const { startedAt, targets } = look.value
  const scrapes = targets.map(({ scrapeIntervalSeconds }) => warmUpScrapes * scrapeIntervalSeconds)
  return startedAt + 1_000 * Math.max(shortestWarmUpSeconds, ...scrapes)
}

function brokenPanels(
  { uid }: Dashboard,
  asked: readonly Panel[],
  accepted: readonly string[] | undefined,
): Panel[] {
  const empty = asked.filter(({ state }) => state !== 'data')
  if (accepted === undefined) {
    return empty.length === asked.length ? empty : empty.filter(({ state }) => state === 'error')
  }
  return empty.filter(({ id, state }) => state === 'error' || accepted.includes(`${uid}/${id}`))
}
