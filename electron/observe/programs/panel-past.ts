import type { Dashboard, Panel, PanelState } from '../../../shared/domain/grafana.ts'

/** Since when a panel is as it is, and when it last had data. */
export type PanelMoment = { state: PanelState; since: number; lastDataAt?: number }

/** What was seen of the panels of one Grafana, by dashboard and panel. */
export type PanelPast = Readonly<Record<string, PanelMoment>>

/** Where that outlives us. */
export interface PanelMemory {
  recall(grafana: string): Promise<PanelPast>
  note(grafana: string, past: PanelPast): void
}

export const pastOf = (dashboards: readonly Dashboard[]): PanelPast =>
  Object.fromEntries(
    dashboards.flatMap(({ uid, panels }) =>
      panels.flatMap(({ id, state, since, lastDataAt }): [string, PanelMoment][] =>
        since === undefined
          ? []
          : [[keyOf(uid, id), { state, since, ...(lastDataAt !== undefined && { lastDataAt }) }]],
      ),
    ),
  )

/** The same panels with how long they have been so, and when they last had data. */
export function carriedOn(past: PanelPast, checked: Dashboard, now: number): Dashboard {
  const panels = checked.panels.map((panel): Panel => {
    const last = past[keyOf(checked.uid, panel.id)]
    const since = last?.state === panel.state ? last.since : now
    const lastDataAt = panel.state === 'data' ? now : last?.lastDataAt
    return { ...panel, since, ...(lastDataAt !== undefined && { lastDataAt }) }
  })
  return { ...checked, panels }
}

const keyOf = (uid: string, id: number): string => `${uid}/${id}`
