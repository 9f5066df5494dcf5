import type { RawDashboard, RawPanel } from '../grafana-answers.ts'

/** A panel as it stands on a dashboard. */
export type PlacedPanel = {
  panel: RawPanel
  /** Variables of which this copy of the panel shows one value: it or its row is repeated. */
  oneValueOf: readonly string[]
}

/** All panels of a dashboard, also those in rows, folded or of the old kind; rows are none. */
export function panelsOf(dashboard: RawDashboard): PlacedPanel[] {
  const placed: PlacedPanel[] = []
  const place = (panel: RawPanel, ofRow: readonly string[]) =>
    placed.push({ panel, oneValueOf: panel.repeat ? [...ofRow, panel.repeat] : ofRow })

  let rowRepeats: readonly string[] = []
  for (const panel of dashboard.panels ?? []) {
    if (panel.type !== 'row') {
      place(panel, rowRepeats)
      continue
    }
    // An open row owns the panels that follow it, a folded one those in it.
    rowRepeats = panel.repeat ? [panel.repeat] : []
    for (const inner of panel.panels ?? []) place(inner as RawPanel, rowRepeats)
  }
  for (const row of dashboard.rows ?? [])
    for (const panel of row.panels ?? []) place(panel, row.repeat ? [row.repeat] : [])
  return placed
}
