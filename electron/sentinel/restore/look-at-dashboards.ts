import type { Situation } from '../../../shared/assess/situation.ts'
import { homeContainers } from '../../../shared/domain/whereabouts.ts'
import { sentenceOf } from '../../../shared/kit/sentence-of.ts'
import { withoutStop } from '../../../shared/kit/without-stop.ts'
import type {
  DashboardPart,
  DashboardSight,
  MadeDashboard,
} from '../../../shared/plan/restore/dashboard-parts.ts'
import { endpointsOf } from '../../../shared/stack/endpoints.ts'
import { type OpenDashboards, withDashboards } from '../../act/ops/dashboards/dashboard-place.ts'
import { hashOfDashboard, panelChanges, titleOf } from '../../adapters/grafana/dashboard-content.ts'
import { heldDashboard } from '../../adapters/grafana/dashboard-store.ts'
import { snapshotDocument } from '../../backup/look/snapshot-document.ts'
import type { Repository } from '../../backup/repository/repository.ts'

type Parts = {
  repository: Repository
  snapshot: string
  openDashboards: OpenDashboards
}

const patienceMs = 20_000

/** What a snapshot holds of each dashboard, and what Grafana has of it now. Changes nothing. */
export function lookAtDashboards(
  wanted: readonly DashboardPart[],
  situation: Situation,
  parts: Parts,
): Promise<DashboardSight[]> {
  return Promise.all(
    wanted.map((part) =>
      lookAtOne(part, situation, parts).catch((error: unknown) => ({
        ...part,
        problem: `Dashboard ${part.uid} cannot be put back: ${wordsOf(error)}.`,
      })),
    ),
  )
}

async function lookAtOne(
  part: DashboardPart,
  { observed, stack }: Situation,
  { repository, snapshot, openDashboards }: Parts,
): Promise<DashboardSight> {
  const signal = AbortSignal.timeout(patienceMs)
  const { component, path, uid, project, service } = part
  const held = heldDashboard(
    await snapshotDocument(repository, { snapshot, component, path }, signal),
  )
  if (!held) {
    throw new Error(
      'the snapshot keeps it in the newer form of Grafana, which its data brings back',
    )
  }
  const { model, folder } = held
  const endpoints = endpointsOf(stack, homeContainers(observed, stack.home))
  const url = endpoints.grafana.find(
    (one) => one.project === project && one.service === service,
  )?.url
  if (url === undefined) throw new Error(`${service} cannot be asked at any address`)
  const now = await withDashboards(openDashboards, { stack: stack.name, url }, (store) =>
    store.of(uid, signal),
  )
  if (now && now.provisionedBy !== null) {
    const file = now.provisionedBy === '' ? 'a file' : `the file ${now.provisionedBy}`
    throw new Error(
      `it comes from ${file} that ${service} is provisioned with, and Grafana saves no other; put that file back`,
    )
  }
  if (now && !now.maySave) {
    throw new Error(`the token of ${service} may not save it; give one of an editor`)
  }
  return {
    ...{ ...part, url, folder, title: titleOf(model), sha256: hashOfDashboard(model) },
    now: now ? { sha256: hashOfDashboard(now.model) } : null,
    panels: panelChanges(now?.model, model),
  }
}

/**
 * Those that are still what a restore had made of them, and a sentence for each that somebody has
 * changed; `unknown` are those that nobody could look at.
 */
export async function stillAsMade(
  made: readonly MadeDashboard[],
  stack: string,
  openDashboards: OpenDashboards,
): Promise<{ made: MadeDashboard[]; notes: string[]; unknown: DashboardSight[] }> {
  const still: MadeDashboard[] = []
  const notes: string[] = []
  const unknown: DashboardSight[] = []
  for (const one of made) {
    try {
      const now = await withDashboards(openDashboards, { stack, url: one.url }, (store) =>
        store.of(one.uid, AbortSignal.timeout(patienceMs)),
      )
      if (!now) continue
      if (hashOfDashboard(now.model) === one.sha256) still.push(one)
      else notes.push(`Dashboard “${one.title}” was changed after the restore made it; it stays.`)
    } catch (error) {
      const { component, path, uid, project, service, title } = one
      const problem = `Dashboard “${title}”, which the restore made, stays: ${wordsOf(error)}.`
      unknown.push({ component, path, uid, project, service, problem })
    }
  }
  return { made: still, notes, unknown }
}

const wordsOf = (error: unknown): string => withoutStop(sentenceOf(error))
