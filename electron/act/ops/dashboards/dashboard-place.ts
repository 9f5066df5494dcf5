import { join } from 'node:path'
import { writeWhole } from '../../../adapters/disk/write-whole.ts'
import {
  type DashboardModel,
  hashOfDashboard,
  panelChanges,
  titleOf,
} from '../../../adapters/grafana/dashboard-content.ts'
import {
  type DashboardStore,
  type Folder,
  type HeldDashboard,
  heldDashboard,
} from '../../../adapters/grafana/dashboard-store.ts'
import { bytesIfAny } from '../../kept-copy.ts'
import type { OperationSite } from '../../ops.ts'
import { readNote, writeNote } from '../../step-note.ts'

/** Opens the Grafana of a stack. Rejects with a sentence where there is no way in. */
export type OpenDashboards = (stack: string, url: string) => Promise<DashboardStore>

export async function withDashboards<T>(
  open: OpenDashboards,
  { stack, url }: { stack: string; url: string },
  use: (store: DashboardStore) => Promise<T>,
): Promise<T> {
  const store = await open(stack, url)
  try {
    return await use(store)
  } finally {
    store.close()
  }
}

/** One dashboard of one Grafana, that a step changes. */
export type Place = { project: string; service: string; uid: string; title: string }

export type WantedDashboard = Place & { model: DashboardModel; folder: Folder | null }

const nameOf = ({ project, service, uid }: Place): string =>
  [project, service, uid].map((one) => encodeURIComponent(one).replaceAll('.', '%2E')).join('.')

/** Where its JSON from before stands, readable for its owner alone. */
export const keptDashboardPath = ({ keepDirectory }: OperationSite, place: Place): string =>
  join(keepDirectory, 'dashboards', `${nameOf(place)}.json`)

const sentence = ({ title, uid }: Place): string => `Dashboard “${title}” (${uid})`

/** The first one stays: after a crash the same step must not take its own work for it. */
async function keepFirst(
  site: OperationSite,
  place: Place,
  held: HeldDashboard | undefined,
): Promise<void> {
  const path = keptDashboardPath(site, place)
  if ((await bytesIfAny(path)) !== null) return
  const document = held && {
    dashboard: held.model,
    meta: { folderUid: held.folder?.uid ?? '', folderTitle: held.folder?.title ?? '' },
  }
  await writeWhole(path, `${JSON.stringify(document ?? { absent: true }, null, 2)}\n`)
}

/** null where there was none, undefined where the step has not come so far. */
async function keptBefore(
  site: OperationSite,
  place: Place,
): Promise<HeldDashboard | null | undefined> {
  const bytes = await bytesIfAny(keptDashboardPath(site, place))
  return bytes === null ? undefined : (heldDashboard(JSON.parse(bytes.toString('utf8'))) ?? null)
}

const hashOf = (held: HeldDashboard | undefined): string | null =>
  held ? hashOfDashboard(held.model) : null

/** Rejects where it is neither what the plan saw nor what it will be. */
export async function mustBeAsPlanned(
  store: DashboardStore,
  place: Place,
  { sha256, replaces }: { sha256: string | null; replaces: string | null },
): Promise<void> {
  const now = hashOf(await store.of(place.uid))
  if (now === replaces || now === sha256) return
  throw new Error(`${sentence(place)} was changed since the plan was made. Look at a new plan.`)
}

/** Keeps what is there, then saves it over exactly that. */
export async function putDashboard(
  store: DashboardStore,
  site: OperationSite,
  wanted: WantedDashboard,
  message: string,
): Promise<void> {
  const { uid, model, folder } = wanted
  const now = await store.of(uid, site.signal)
  await keepFirst(site, wanted, now)
  if (!isThere(now, model)) await store.put({ uid, model, folder, message }, now, site.signal)
  const after = await store.of(uid, site.signal)
  if (after && isThere(after, model)) {
    await writeNote(site, `dashboard-${nameOf(wanted)}`, { sha256: hashOfDashboard(after.model) })
  }
}

/** Grafana may bring one of an older schema up to its own while it saves it. */
function isThere(held: HeldDashboard | undefined, wanted: DashboardModel): boolean {
  if (!held) return false
  if (hashOfDashboard(held.model) === hashOfDashboard(wanted)) return true
  if (schemaOf(held.model) <= schemaOf(wanted)) return false
  const { added, removed } = panelChanges(held.model, wanted)
  return titleOf(held.model) === titleOf(wanted) && added.length + removed.length === 0
}

const schemaOf = ({ schemaVersion }: DashboardModel): number =>
  typeof schemaVersion === 'number' ? schemaVersion : 0

export async function mustBeThere(
  store: DashboardStore,
  { model, ...place }: WantedDashboard,
): Promise<void> {
  if (isThere(await store.of(place.uid), model)) return
  throw new Error(`${sentence(place)} does not read back as what was saved.`)
}

/** Keeps what is there, then deletes it. */
export async function removeDashboard(
  store: DashboardStore,
  site: OperationSite,
  place: Place,
): Promise<void> {
  const now = await store.of(place.uid, site.signal)
  await keepFirst(site, place, now)
  if (now) await store.remove(place.uid, site.signal)
}

/**
 * Back to what was there before, unless somebody has changed it since. `sha256` is of what we
 * made of it; null where we deleted it.
 */
export async function takeBack(
  store: DashboardStore,
  site: OperationSite,
  place: Place,
  sha256: string | null,
): Promise<void> {
  const before = await keptBefore(site, place)
  if (before === undefined) return
  const now = await store.of(place.uid)
  if (hashOf(now) === hashOf(before ?? undefined)) return
  const noted = (await readNote(site, `dashboard-${nameOf(place)}`))?.['sha256']
  if (hashOf(now) !== sha256 && (now === undefined || hashOf(now) !== noted)) {
    const kept = before ? ` What it was before is in ${keptDashboardPath(site, place)}.` : ''
    throw new Error(`${sentence(place)} was changed since, so it is left alone.${kept}`)
  }
  if (before === null) await store.remove(place.uid)
  else {
    const { model, folder } = before
    await store.put({ uid: place.uid, model, folder, message: 'As before, by Odin Sentinel' }, now)
  }
}
