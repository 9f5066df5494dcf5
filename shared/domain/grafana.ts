export const datasourceHealths = ['ok', 'error', 'unknown'] as const

export type Datasource = {
  uid: string
  name: string
  type: string
  url: string
  health: (typeof datasourceHealths)[number]
  message: string
}

/**
 * Whether a panel's queries return data now. `asks-nothing`: it has none. `not-checked`: they
 * could not be asked, or are not understood, so that nobody can tell.
 */
export const panelStates = ['data', 'no-data', 'error', 'not-checked', 'asks-nothing'] as const
export type PanelState = (typeof panelStates)[number]

export type Panel = {
  id: number
  title: string
  state: PanelState
  message: string
  /** When it was first seen in this state, epoch milliseconds. */
  since?: number
  /** When it last returned data; absent when we have never seen it do so. */
  lastDataAt?: number
}

export type Dashboard = { uid: string; title: string; folder: string; panels: readonly Panel[] }

export type Grafana = {
  version: string
  databaseOk: boolean
  /** Grafana's own words when it refused our token; then nothing below is known. */
  tokenRefused?: string
  /** Without a token only the health is known, and the rest stays undefined. */
  datasources?: readonly Datasource[]
  dashboards?: readonly Dashboard[]
  /** When the dashboards were last run through, epoch milliseconds. */
  dashboardsCheckedAt?: number
}
