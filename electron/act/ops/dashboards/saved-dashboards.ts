import { join } from 'node:path'
import { writeWhole } from '../../../adapters/disk/write-whole.ts'
import {
  type DashboardModel,
  hashOfDashboard,
} from '../../../adapters/grafana/dashboard-content.ts'
import type { Folder, HeldDashboard } from '../../../adapters/grafana/dashboard-store.ts'
import { bytesIfAny } from '../../kept-copy.ts'
import type { OperationSite } from '../../ops.ts'
import { readNote, writeNote } from '../../step-note.ts'

// What was edited in a Grafana that ran elsewhere, as files that Grafana itself can import.

type Site = Pick<OperationSite, 'keepDirectory'>

/** By the container that they come from. */
export const savedDirectory = ({ keepDirectory }: Site, containerId: string): string =>
  join(keepDirectory, 'edited-dashboards', containerId.slice(0, 12))

const nameOf = (uid: string) => encodeURIComponent(uid).replaceAll('.', '%2E')

/** What Grafana calls its folder stands beside it: the import takes the dashboard alone. */
const folderFile = (directory: string, uid: string) =>
  join(directory, 'folders', `${nameOf(uid)}.json`)

export async function saveDashboard(
  directory: string,
  uid: string,
  { model, folder }: HeldDashboard,
): Promise<void> {
  const { id: _, version: __, ...rest } = model
  await writeWhole(folderFile(directory, uid), `${JSON.stringify(folder)}\n`)
  await writeWhole(join(directory, `${nameOf(uid)}.json`), `${JSON.stringify(rest, null, 2)}\n`)
}

/** Undefined where it was not saved, or is not what was approved. */
export async function savedDashboard(
  directory: string,
  { uid, sha256 }: { uid: string; sha256: string },
): Promise<{ model: DashboardModel; folder: Folder | null } | undefined> {
  const [model, folder] = await Promise.all([
    jsonIn(join(directory, `${nameOf(uid)}.json`)),
    jsonIn(folderFile(directory, uid)),
  ])
  if (model === undefined || hashOfDashboard(model as DashboardModel) !== sha256) return undefined
  return { model: model as DashboardModel, folder: (folder ?? null) as Folder | null }
}

/** What became elsewhere of what was approved, between the plan and the step that keeps it. */
export type ChangedElsewhere = 'edited' | 'deleted'

const changeNote = (containerId: string, uid: string) => `changed-elsewhere-${containerId}-${uid}`

export const noteChange = (
  site: Site,
  containerId: string,
  { uid, change }: { uid: string; change: ChangedElsewhere },
): Promise<void> => writeNote(site, changeNote(containerId, uid), { change })

export async function changeOf(
  site: Site,
  containerId: string,
  uid: string,
): Promise<ChangedElsewhere | undefined> {
  const note = await readNote(site, changeNote(containerId, uid))
  return note && (note['change'] === 'deleted' ? 'deleted' : 'edited')
}

async function jsonIn(file: string): Promise<unknown> {
  const bytes = await bytesIfAny(file)
  return bytes === null ? undefined : JSON.parse(bytes.toString('utf8'))
}
