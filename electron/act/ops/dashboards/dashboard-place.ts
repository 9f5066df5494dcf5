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
import { untilItAnswers } from './until-it-answers.ts'

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

/** What the plan saw, and what it will be; null for none. */
type Planned = { sha256: string | null; replaces: string | null }

/** Rejects where it is neither what the plan saw nor what it will be. */
export async function mustBeAsPlanned(
  store: DashboardStore,
  place: Place,
  { sha256, replaces }: Planned,
): Promise<void> {
  const now = hashOf(await store.of(place.uid))
  if (now === replaces || now === sha256) return
  throw new Error(`${sentence(place)} was changed since the plan was made. Look at a new plan.`)
}

/** Somebody else's by now, and not for the step to write over. */
export class DashboardStays extends Error {}

const noteName = (place: Place) => `dashboard-${nameOf(place)}`

/** Of what Grafana made of it, right after our own save. */
async function savedHash(site: OperationSite, place: Place): Promise<string | undefined> {
  const noted = (await readNote(site, noteName(place)))?.['sha256']
  return typeof noted === 'string' ? noted : undefined
}

const savingName = (place: Place) => `saving-${nameOf(place)}`

/**
 * It is what our own save made of it: the noted content or, where we were killed before that could
 * be noted, the version right after the one that was saved over, brought up to a newer schema.
 */
async function isOwnSave(
  site: OperationSite,
  place: Place,
  held: HeldDashboard | undefined,
): Promise<boolean> {
  if (!held) return false
  const saved = await savedHash(site, place)
  if (saved !== undefined) return saved === hashOfDashboard(held.model)
  const saving = await readNote(site, savingName(place))
  return (
    held.version === Number(saving?.['over']) + 1 &&
    schemaOf(held.model) > Number(saving?.['schema']) &&
    titleOf(held.model) === saving?.['title']
  )
}

/** Rejects where somebody has changed it since the first copy of it was kept, also before a crash. */
async function mustBeOurs(
  site: OperationSite,
  place: Place,
  now: HeldDashboard | undefined,
  { sha256, replaces }: Planned,
): Promise<void> {
  const before = await keptBefore(site, place)
  const own = [sha256, replaces]
  if (before !== undefined) own.push(hashOf(before ?? undefined))
  if (own.includes(hashOf(now)) || (await isOwnSave(site, place, now))) return
  const kept = before ? ` What it was before is in ${keptDashboardPath(site, place)}.` : ''
  throw new DashboardStays(
    `${sentence(place)} was changed since the plan was made, so it is left alone.${kept} Look at a new plan.`,
  )
}

/** Keeps what is there, then saves it over exactly that. */
export async function putDashboard(
  store: DashboardStore,
  site: OperationSite,
  wanted: WantedDashboard,
  { replaces, message }: { replaces: string | null; message: string },
): Promise<void> {
  const { uid, model, folder } = wanted
  const sha256 = hashOfDashboard(model)
  const now = await store.of(uid, site.signal)
  await mustBeOurs(site, wanted, now, { sha256, replaces })
  await keepFirst(site, wanted, now)
  if (hashOf(now) === sha256 || (await isOwnSave(site, wanted, now))) return
  const saving = { over: now?.version ?? 0, schema: schemaOf(model), title: titleOf(model) }
  await writeNote(site, savingName(wanted), saving)
  const version = await store.put({ uid, model, folder, message }, now, site.signal)
  const after = await store.of(uid, site.signal)
  // A later version is somebody else's.
  if (after?.version !== version) return
  await writeNote(site, noteName(wanted), { sha256: hashOfDashboard(after.model) })
}

/** Grafana may bring one of an older schema up to its own while it saves it. */
function isBroughtUp(held: DashboardModel, wanted: DashboardModel): boolean {
  if (schemaOf(held) <= schemaOf(wanted)) return false
  const { added, removed } = panelChanges(held, wanted)
  return titleOf(held) === titleOf(wanted) && added.length + removed.length === 0
}

const schemaOf = ({ schemaVersion }: DashboardModel): number =>
  typeof schemaVersion === 'number' ? schemaVersion : 0

/** The wanted content, or what Grafana itself made of it when the step saved it. */
export async function mustBeThere(
  store: DashboardStore,
  site: OperationSite,
  { model, ...place }: WantedDashboard,
): Promise<void> {
  const held = await store.of(place.uid)
  const now = hashOf(held)
  if (now === hashOfDashboard(model)) return
  if (held && isBroughtUp(held.model, model) && (await isOwnSave(site, place, held))) return
  throw new Error(`${sentence(place)} does not read back as what was saved.`)
}

/** Keeps what is there, then deletes it, if it is still what the plan saw. */
export async function removeDashboard(
  store: DashboardStore,
  site: OperationSite,
  place: Place & { sha256: string },
): Promise<void> {
  const now = await store.of(place.uid, site.signal)
  await mustBeOurs(site, place, now, { sha256: null, replaces: place.sha256 })
  await keepFirst(site, place, now)
  if (now) await store.remove(place.uid, site.signal)
}

/**
 * Back to what was there before, unless somebody has changed it since. `sha256` is of what we
 * made of it; null where we deleted it.
 */
export async function takeBack(
  open: OpenDashboards,
  at: { stack: string; url: string },
  site: OperationSite,
  { place, sha256 }: { place: Place; sha256: string | null },
): Promise<void> {
  const before = await keptBefore(site, place)
  if (before === undefined) return
  await withDashboards(open, at, async (store) => {
    await untilItAnswers(store, site.signal)
    const now = await store.of(place.uid)
    if (hashOf(now) === hashOf(before ?? undefined)) return
    if (hashOf(now) !== sha256 && !(await isOwnSave(site, place, now))) {
      const kept = before ? ` What it was before is in ${keptDashboardPath(site, place)}.` : ''
      throw new Error(`${sentence(place)} was changed since, so it is left alone.${kept}`)
    }
    if (before === null) return store.remove(place.uid)
    const { model, folder } = before
    const message = 'As before, by Odin Sentinel'
    await store.put({ uid: place.uid, model, folder, message }, now)
  })
}
