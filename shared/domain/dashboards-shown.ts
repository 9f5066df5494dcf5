import type { Dashboard, Panel } from './grafana.ts'

/** The panels of one dashboard, counted: what of it could be checked, and what of that has data. */
export type PanelCounts = { panels: number; withData: number; unchecked: number }

/** Dashboards of which it is known whether they show data, and those of which nobody can tell. */
export type DashboardsShown = { working: number; total: number; unchecked: number }

/** The panels that were asked and said yes or no. */
export const checkedPanels = ({ panels }: Pick<Dashboard, 'panels'>): Panel[] =>
  panels.filter(({ state }) => state === 'data' || state === 'no-data' || state === 'error')

export function panelCounts(dashboard: Pick<Dashboard, 'panels'>): PanelCounts {
  const checked = checkedPanels(dashboard)
  return {
    panels: checked.length,
    withData: checked.filter(({ state }) => state === 'data').length,
    unchecked: dashboard.panels.filter(({ state }) => state === 'not-checked').length,
  }
}

/**
 * The one meaning of "12 of 14 dashboards show data": a dashboard shows data when none of its
 * panels that can be checked is empty or broken. One without such a panel counts for neither side,
 * and one that asks for nothing at all does not count.
 */
export function dashboardsShown(all: readonly PanelCounts[]): DashboardsShown {
  const checked = all.filter(({ panels }) => panels > 0)
  return {
    working: checked.filter(({ panels, withData }) => withData === panels).length,
    total: checked.length,
    unchecked: all.filter(({ panels, unchecked }) => panels === 0 && unchecked > 0).length,
  }
}

/**
 * `14 of 14 dashboards show data`, `12 of 14 dashboards show data in every panel; 1 cannot be
 * checked`, without a stop.
 */
export function dashboardsShownWords({ working, total, unchecked }: DashboardsShown): string {
  const aside = unchecked === 0 ? '' : `; ${unchecked} cannot be checked`
  if (total > 0) {
    const noun = total === 1 ? 'dashboard' : 'dashboards'
    const verb = working === 1 || total === 1 ? 'shows' : 'show'
    const where = working < total ? ' in every panel' : ''
    return `${working} of ${total} ${noun} ${verb} data${where}${aside}`
  }
  if (unchecked > 0)
    return `${unchecked === 1 ? 'The one dashboard' : `All ${unchecked} dashboards`} cannot be checked`
  return 'No dashboard asks for data'
}
