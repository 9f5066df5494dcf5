import type { Situation } from '../../../shared/assess/situation.ts'
import type { Stack } from '../../../shared/domain/stack.ts'
import { homeContainers, isUp } from '../../../shared/domain/whereabouts.ts'
import { sentenceOf } from '../../../shared/kit/sentence-of.ts'
import { withoutStop } from '../../../shared/kit/without-stop.ts'
import {
  type CarriedDashboards,
  type EditedDashboard,
  type GrafanaAway,
  grafanasAway,
  type JudgedGrafana,
  planDashboards,
} from '../../../shared/plan/dashboards-away.ts'
import type { RecoverIntent } from '../../../shared/plan/recover.ts'
import { dashboardPart } from '../../../shared/plan/restore/dashboard-parts.ts'
import { newestWhole } from '../../../shared/plan/whole-snapshot.ts'
import { withDashboards } from '../../act/ops/dashboards/dashboard-place.ts'
import { hashOfDashboard, titleOf } from '../../adapters/grafana/dashboard-content.ts'
import {
  type DashboardStore,
  type HeldDashboard,
  heldDashboard,
} from '../../adapters/grafana/dashboard-store.ts'
import type { Repository } from '../../backup/repository/repository.ts'
import type { DashboardDoorsHere } from '../dashboard-doors.ts'

type Parts = DashboardDoorsHere & {
  /** Undefined where there is none. */
  openRepository: (stack: Stack) => Promise<Repository | undefined>
}

const patienceMs = 30_000

type Known = ReadonlyMap<string, { sha256: string; updatedAt?: number }>

const nothing: Known = new Map()

/** What was edited in Grafanas that run on another engine; only looks. */
export function dashboardsOf(parts: Parts) {
  return async (situation: Situation, intent: RecoverIntent): Promise<CarriedDashboards> => {
    const { observed, stack } = situation
    const judged = await Promise.all(
      grafanasAway(observed, stack).map((away) => judge(away, situation, parts)),
    )
    return planDashboards(stack, judged, intent.carryDashboards === true)
  }
}

async function judge(
  away: GrafanaAway,
  situation: Situation,
  parts: Parts,
): Promise<JudgedGrafana> {
  const { at, homeUrl, sight, engineId, container } = away
  if ('why' in at) return { away, found: at }
  const { stack } = situation
  const signal = AbortSignal.timeout(patienceMs)
  try {
    const place = { endpoint: sight.endpoint, engineId, containerId: container.id }
    const store = await parts.openElsewhere({ stack: stack.name, url: at.url, ...place }, signal)
    try {
      const there = await allIn(store, signal)
      const home =
        there.held.length === 0 ? nothing : await knownAtHome(away, situation, parts, signal)
      const edited = there.held.flatMap((held) => editedOf(held, home ?? nothing))
      const closed =
        edited.length === 0 || homeUrl === undefined ? undefined : await whyClosed(parts, stack)
      return {
        away,
        found: { edited, unread: there.unread, isCompared: home !== undefined },
        closed,
      }
    } finally {
      store.close()
    }
  } catch (error) {
    return { away, found: { why: wordsOf(error) } }
  }
}

/** What was provisioned comes from files, which are compared as files. */
async function allIn(
  store: DashboardStore,
  signal: AbortSignal,
): Promise<{ held: HeldDashboard[]; unread: number }> {
  const held: HeldDashboard[] = []
  let unread = 0
  for (const { uid } of await store.list(signal)) {
    const one = await store.of(uid, signal).catch((error: unknown) => {
      signal.throwIfAborted()
      return error
    })
    if (one instanceof Error) unread += 1
    else if (one && (one as HeldDashboard).provisionedBy === null) held.push(one as HeldDashboard)
  }
  return { held, unread }
}

function editedOf({ model, updatedAt }: HeldDashboard, home: Known): EditedDashboard[] {
  const uid = String(model['uid'] ?? '')
  const sha256 = hashOfDashboard(model)
  const known = home.get(uid)
  if (uid === '' || known?.sha256 === sha256) return []
  const isOlder = (updatedAt ?? Number.POSITIVE_INFINITY) < (known?.updatedAt ?? 0)
  return [{ uid, title: titleOf(model), sha256, home: known?.sha256 ?? null, isOlder }]
}

/** Home's own Grafana while it runs, else what the newest whole snapshot kept of it, if anything. */
async function knownAtHome(
  { container: { project, service }, homeUrl }: GrafanaAway,
  { observed, stack }: Situation,
  { openDashboards, openRepository }: Parts,
  signal: AbortSignal,
): Promise<Known | undefined> {
  const runs = (homeContainers(observed, stack.home) ?? []).some(
    (one) => one.project === project && one.service === service && isUp(one),
  )
  if (runs && homeUrl !== undefined) {
    const place = { stack: stack.name, url: homeUrl }
    const live = await withDashboards(openDashboards, place, (store) => allIn(store, signal)).catch(
      () => undefined,
    )
    if (live && live.unread === 0) return knownOf(live.held)
  }
  const repository = await openRepository(stack)
  const newest = repository && newestWhole((await repository.snapshots()).sound, stack.name)
  if (!repository || !newest) return undefined
  const files = (await repository.files(newest.id)).filter((file) => {
    const part = file.type === 'file' ? dashboardPart(file) : undefined
    return part?.project === project && part.service === service
  })
  if (files.length === 0) return undefined
  const held: HeldDashboard[] = []
  await repository.read(
    files,
    async (_file, content) => {
      const chunks: Buffer[] = []
      for await (const chunk of content) chunks.push(chunk)
      const one = heldDashboard(JSON.parse(Buffer.concat(chunks).toString('utf8')))
      if (one) held.push(one)
    },
    signal,
  )
  return knownOf(held)
}

const knownOf = (held: readonly HeldDashboard[]): Known =>
  new Map(
    held.map(({ model, updatedAt }) => [
      String(model['uid']),
      { sha256: hashOfDashboard(model), ...(updatedAt !== undefined && { updatedAt }) },
    ]),
  )

/** Home's Grafana may be down until the plan is carried out; that there is a token can be known. */
async function whyClosed({ openDashboards }: Parts, stack: Stack): Promise<string | undefined> {
  try {
    const store = await openDashboards(stack.name, 'http://127.0.0.1')
    store.close()
    return undefined
  } catch (error) {
    return wordsOf(error)
  }
}

const wordsOf = (error: unknown): string => withoutStop(sentenceOf(error))
