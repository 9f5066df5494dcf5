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
import { lane } from '../../observe/programs/lane.ts'
import type { DashboardDoorsHere } from '../dashboard-doors.ts'

type Parts = DashboardDoorsHere & {
  /** Undefined where there is none. */
  openRepository: (stack: Stack) => Promise<Repository | undefined>
}

const patienceMs = 30_000
const askedAtOnce = 4

/** What is compared of a dashboard: a Grafana may hold hundreds, and some are megabytes. */
type Looked = {
  uid: string
  title: string
  sha256: string
  maySave: boolean
  updatedAt?: number | undefined
}
/** By UID. */
type Home = ReadonlyMap<string, Looked>

const nothing: Home = new Map()

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
        there.looked.length === 0 ? undefined : await knownAtHome(away, situation, parts, signal)
      const edited = there.looked.flatMap((one) => editedOf(one, home ?? nothing))
      const isWanted = edited.length > 0 && homeUrl !== undefined
      return {
        away,
        found: {
          ...{ edited, unread: there.unread },
          isCompared: there.looked.length === 0 || home !== undefined,
        },
        closed: isWanted ? await whyClosed(edited, stack, home, parts) : undefined,
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
): Promise<{ looked: Looked[]; unread: number }> {
  const some = lane(askedAtOnce)
  const all = await Promise.all(
    (await store.list(signal)).map(({ uid }) =>
      some(async () => {
        signal.throwIfAborted()
        try {
          const held = await store.of(uid, signal)
          return held && held.provisionedBy === null ? [lookedAt(held)] : []
        } catch {
          signal.throwIfAborted()
          return 'unread' as const
        }
      }),
    ),
  )
  return {
    looked: all.flatMap((one) => (one === 'unread' ? [] : one)),
    unread: all.filter((one) => one === 'unread').length,
  }
}

const lookedAt = ({ model, updatedAt, maySave }: HeldDashboard): Looked => ({
  uid: String(model['uid'] ?? ''),
  title: titleOf(model),
  sha256: hashOfDashboard(model),
  ...{ maySave, updatedAt },
})

function editedOf({ uid, title, sha256, updatedAt }: Looked, home: Home): EditedDashboard[] {
  const known = home.get(uid)
  if (uid === '' || known?.sha256 === sha256) return []
  const isOlder = (updatedAt ?? Number.POSITIVE_INFINITY) < (known?.updatedAt ?? 0)
  return [{ uid, title, sha256, home: known?.sha256 ?? null, isOlder }]
}

/** Home's own Grafana while it runs, else what the newest whole snapshot kept of it, if anything. */
async function knownAtHome(
  { container: { project, service }, homeUrl }: GrafanaAway,
  { observed, stack }: Situation,
  { openDashboards, openRepository }: Parts,
  signal: AbortSignal,
): Promise<Home | undefined> {
  const runs = (homeContainers(observed, stack.home) ?? []).some(
    (one) => one.project === project && one.service === service && isUp(one),
  )
  if (runs && homeUrl !== undefined) {
    const place = { stack: stack.name, url: homeUrl }
    const live = await withDashboards(openDashboards, place, (store) => allIn(store, signal)).catch(
      () => undefined,
    )
    if (live && live.unread === 0) return byUid(live.looked)
  }
  const repository = await openRepository(stack)
  const newest = repository && newestWhole((await repository.snapshots()).sound, stack.name)
  if (!repository || !newest) return undefined
  const files = (await repository.files(newest.id)).filter((file) => {
    const part = file.type === 'file' ? dashboardPart(file) : undefined
    return part?.project === project && part.service === service
  })
  if (files.length === 0) return undefined
  const looked: Looked[] = []
  await repository.read(
    files,
    async (_file, content) => {
      const chunks: Buffer[] = []
      for await (const chunk of content) chunks.push(chunk)
      const one = heldDashboard(JSON.parse(Buffer.concat(chunks).toString('utf8')))
      // That a token could look at it then says nothing of whom home lets save now.
      if (one) looked.push({ ...lookedAt(one), maySave: true })
    },
    signal,
  )
  return byUid(looked)
}

const byUid = (looked: readonly Looked[]): Home => new Map(looked.map((one) => [one.uid, one]))

/** Home's Grafana may be down until the plan is carried out; that there is a token can be known. */
async function whyClosed(
  edited: readonly EditedDashboard[],
  stack: Stack,
  home: Home | undefined,
  { withoutToken }: Parts,
): Promise<string | undefined> {
  const none = await withoutToken(stack.name)
  if (none !== undefined) return withoutStop(none)
  const all = [...(home?.values() ?? [])]
  const own = edited.flatMap(({ uid }) => home?.get(uid) ?? [])
  const isViewer = all.length > 0 && all.every(({ maySave }) => !maySave)
  const isNone = own.length === edited.length && own.every(({ maySave }) => !maySave)
  return isViewer || isNone
    ? 'the token of home may not save there, and one of an editor may'
    : undefined
}

const wordsOf = (error: unknown): string => withoutStop(sentenceOf(error))
