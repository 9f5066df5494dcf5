import { shortId } from '../../domain/short-id.ts'
import type { Refusal, Step } from '../plan.ts'
import type { DashboardPart, DashboardSight, SeenDashboard } from './dashboard-parts.ts'
import type { RestoreMatter } from './matter.ts'

const sightsOf = ({ present }: RestoreMatter): readonly DashboardSight[] => present.dashboards ?? []

/** Files and volumes are not kept from their undo by a Grafana that does not answer. */
function isUndoneWithout(matter: RestoreMatter): boolean {
  const { intent, selection, made = [], madeDashboards = [] } = matter
  const files = selection.configuration.filter(({ type }) => type !== 'directory')
  const others = [selection.data, files, made, madeDashboards]
  return (
    intent.kind === 'undo-restore' &&
    (others.some((some) => some.length > 0) || sightsOf(matter).some((one) => !('problem' in one)))
  )
}

export function refuseDashboards(matter: RestoreMatter): Refusal<'DASHBOARD_FIXED'> | undefined {
  if (isUndoneWithout(matter)) return undefined
  for (const sight of sightsOf(matter)) {
    if (!('problem' in sight)) continue
    return {
      code: 'DASHBOARD_FIXED',
      sentence: sight.problem,
      nextStep: `Look at it with "browse ${shortId(matter.snapshot)} ${sight.component}/dashboards", or extract it.`,
    }
  }
  return undefined
}

/** Those that are not what the snapshot holds, and those that a restore had made and are to go. */
export function dashboardSteps(matter: RestoreMatter): Step[] {
  const { stack, snapshot } = matter
  const removed = (matter.madeDashboards ?? []).map(
    (one): Step => ({
      kind: 'RemoveDashboard',
      stack: stack.name,
      ...one,
      cause: 'the restore had made what was not there',
    }),
  )
  const restored = sightsOf(matter).flatMap((sight): Step[] => {
    if ('problem' in sight || sight.now?.sha256 === sight.sha256) return []
    const { now, ...rest } = sight
    return [
      {
        kind: 'RestoreDashboard',
        stack: stack.name,
        snapshot,
        ...rest,
        replaces: now?.sha256 ?? null,
        cause: now ? 'it is not what the snapshot holds' : 'it is missing',
      },
    ]
  })
  return [...removed, ...restored]
}

export function dashboardRemarks(matter: RestoreMatter): string[] {
  const sights = sightsOf(matter).filter((sight): sight is SeenDashboard => 'now' in sight)
  const left = leftDashboards(matter)
  if (sights.length === 0) return left
  const made = sights.filter(({ now }) => now === null)
  const same = sights.filter(({ now, sha256 }) => now?.sha256 === sha256)
  const folders = new Map(made.flatMap(({ folder }) => (folder ? [[folder.uid, folder]] : [])))
  return [
    `Dashboards: ${made.length} created, ${sights.length - made.length - same.length} replaced, 0 deleted, ${same.length} unchanged.`,
    ...[...folders.values()].map(
      ({ title }) =>
        `Folder “${title}” is made where it is missing, and stays when this is undone.`,
    ),
    ...left,
  ]
}

/** Those that an undo goes on without, a sentence each. */
export const leftDashboards = (matter: RestoreMatter): string[] =>
  sightsOf(matter).flatMap((sight) => ('problem' in sight ? [whatIsLeft(sight, matter)] : []))

/** One that the restore had made is in no snapshot from before it. */
function whatIsLeft(
  { problem, component, path, uid }: DashboardPart & { problem: string },
  { selection, snapshot }: RestoreMatter,
): string {
  const isHeld = selection.dashboards.some(
    (one) => one.component === component && one.path === path,
  )
  return isHeld
    ? `${problem} "restore ${shortId(snapshot)} --only dashboard:${uid}" can do that later.`
    : problem
}
