import type { SnapshotComponent, SnapshotFile } from '../../domain/snapshot.ts'
import type { PanelChanges } from '../steps/dashboard-steps.ts'

/** Where a snapshot keeps one dashboard, as Grafana's API gave it. */
export type DashboardPart = {
  project: string
  service: string
  component: string
  path: string
  uid: string
}

/** A dashboard that was restored where there was none. */
export type MadeDashboard = DashboardPart & { title: string; url: string; sha256: string }

/** What is wanted of a dashboard, and what Grafana has of it now. */
export type SeenDashboard = MadeDashboard & {
  folder: { uid: string; title: string } | null
  now: { sha256: string } | null
  panels: PanelChanges
}

/** One that cannot be put back says why. */
export type DashboardSight = SeenDashboard | (DashboardPart & { problem: string })

const componentPrefix = 'grafana:'
const word = 'dashboard:'

/** How exports name their files. */
const pathPattern = /^dashboards\/([^/]+)\.json$/

/** UID of the dashboard that an export keeps at a path; undefined for anything else. */
export function dashboardUid(path: string): string | undefined {
  const name = pathPattern.exec(path)?.[1]
  try {
    return name === undefined ? undefined : decodeURIComponent(name)
  } catch {
    return undefined
  }
}

export function dashboardPart({
  component,
  path,
}: Pick<SnapshotFile, 'component' | 'path'>): DashboardPart | undefined {
  if (!component.startsWith(componentPrefix)) return undefined
  const [project, service] = component.slice(componentPrefix.length).split('/')
  const uid = dashboardUid(path)
  if (project === undefined || service === undefined || uid === undefined) return undefined
  return { component, path, uid, project, service }
}

/** `dashboard:UID`, or a path as `browse` shows it. */
export function dashboardsNamed(asked: string, files: readonly SnapshotFile[]): DashboardPart[] {
  return files.flatMap((file) => {
    const part = file.type === 'file' ? dashboardPart(file) : undefined
    if (!part) return []
    const isMeant = asked === `${word}${part.uid}` || asked === `${part.component}/${part.path}`
    return isMeant ? [part] : []
  })
}

/** Whose data comes back brings its dashboards along. */
export const isWithData = (
  { project, service }: DashboardPart,
  data: readonly { component: Pick<SnapshotComponent, 'facts'> }[],
): boolean =>
  data.some(({ component }) =>
    `${component.facts['users'] ?? ''} ${component.facts['mounts'] ?? ''}`
      .split(/\s/)
      .some((user) => user.startsWith(`${project}/${service}:`)),
  )
