import type { Dashboard, Panel } from './grafana.ts'

/**
 * The panels of one dashboard, counted: what of it could be checked, what of that has data, and
 * what has none although it had some once, or is broken.
 */
export type PanelCounts = { panels: number; withData: number; lost: number; unchecked: number }

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
    lost: checked.filter(isLost).length,
    unchecked: dashboard.panels.filter(({ state }) => state === 'not-checked').length,
  }
}

/** A list of errors that was never anything but empty is as it should be. */
const isLost = ({ state, lastDataAt }: Panel): boolean =>
  state === 'error' || (state === 'no-data' && lastDataAt !== undefined)

/** The same counts of a row that is shown. */
export function countsOfRow(row: {
  panels: number
  withData: number
  broken: readonly { state: 'no-data' | 'error'; lastDataAt: string | null }[]
  unchecked: readonly unknown[]
}): PanelCounts {
  return {
    panels: row.panels,
    withData: row.withData,
    lost: row.broken.filter(({ state, lastDataAt }) => state === 'error' || lastDataAt !== null)
      .length,
    unchecked: row.unchecked.length,
  }
}

/**
 * The one meaning of "12 of 14 dashboards show data": a dashboard shows data when some panel has
 * data, none is broken, and none that had data has lost it. One without a panel that can be checked
 * counts for neither side, and one that asks for nothing at all does not count.
 */
export function dashboardsShown(all: readonly PanelCounts[]): DashboardsShown {
  const checked = all.filter(({ panels }) => panels > 0)
  return {
    working: checked.filter(({ withData, lost }) => withData > 0 && lost === 0).length,
    total: checked.length,
    unchecked: all.filter(({ panels, unchecked }) => panels === 0 && unchecked > 0).length,
  }
}

/**
 * `14 of 14 dashboards show data`, `12 of 14 dashboards show data; 1 cannot be checked`, without a
 * stop.
 */
export function dashboardsShownWords({ working, total, unchecked }: DashboardsShown): string {
  const aside = unchecked === 0 ? '' : `; ${unchecked} cannot be checked`
  if (total > 0) {
    const noun = total === 1 ? 'dashboard' : 'dashboards'
    const verb = working === 1 || total === 1 ? 'shows' : 'show'
    return `${working} of ${total} ${noun} ${verb} data${aside}`
  }
  if (unchecked > 0)
    return `${unchecked === 1 ? 'The one dashboard' : `All ${unchecked} dashboards`} cannot be checked`
  return 'No dashboard asks for data'
}
