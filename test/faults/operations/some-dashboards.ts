import type { StandInDashboard } from '../../support/grafana-stand-in.ts'

/** One with one panel, by whose title its versions differ. */
export const aDashboard = (uid: string, panel: string, folderUid = ''): StandInDashboard => ({
  ...{ uid, folderUid },
  dashboard: { uid, title: uid.toUpperCase(), panels: [{ id: 1, type: 'stat', title: panel }] },
})

/** All that a person sees of it; not how often it was saved. */
export const dashboardInWords = ({ uid, folderUid, dashboard }: StandInDashboard): string =>
  `${uid} in ${folderUid || 'no folder'}: ${dashboard.title} ${JSON.stringify(dashboard['panels'])}`
