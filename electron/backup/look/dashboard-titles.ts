import type { SnapshotFile } from '../../../shared/domain/snapshot.ts'
import type { Browsed } from '../../../shared/ipc/backup-view.ts'
import { dashboardPart } from '../../../shared/plan/restore/dashboard-parts.ts'
import { titleOf } from '../../adapters/grafana/dashboard-content.ts'
import { heldDashboard } from '../../adapters/grafana/dashboard-store.ts'
import type { Repository } from '../repository/repository.ts'

export type NamedDashboard = { component: string; path: string; uid: string; title: string }

/** More than this is no dashboard that anybody looks through. */
const mostBytes = 2 * 1024 * 1024

/**
 * The dashboards among these files, by what they are called; those that cannot be read, or not
 * before `signal`, are left out: the list of a locked snapshot is there for whoever has no key.
 */
export async function dashboardTitles(
  repository: Repository,
  files: readonly SnapshotFile[],
  signal: AbortSignal,
): Promise<NamedDashboard[]> {
  const wanted = files.filter(
    (file) => file.type === 'file' && file.sizeBytes <= mostBytes && dashboardPart(file),
  )
  if (wanted.length === 0) return []
  const found: NamedDashboard[] = []
  const each = async (
    { component, path }: SnapshotFile,
    content: AsyncIterable<Buffer>,
  ): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of content) chunks.push(chunk)
    const held = heldDashboard(parsed(Buffer.concat(chunks).toString('utf8')))
    const uid = dashboardPart({ component, path })?.uid ?? ''
    if (held) found.push({ component, path, uid, title: titleOf(held.model) })
  }
  await repository.read(wanted, each, signal).catch(() => {})
  return found.toSorted((a, b) => a.title.localeCompare(b.title, 'en'))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Entries that are dashboards get the titles they go by. */
export async function withDashboardTitles(
  repository: Repository,
  files: readonly SnapshotFile[],
  entries: Browsed[],
  signal: AbortSignal,
): Promise<Browsed[]> {
  const shown = new Set(entries.map(({ path }) => path))
  const listed = files.filter(({ component, path }) => shown.has(`${component}/${path}`))
  const titles = new Map(
    (await dashboardTitles(repository, listed, signal)).map(({ component, path, title }) => [
      `${component}/${path}`,
      title,
    ]),
  )
  return entries.map((entry) => {
    const title = titles.get(entry.path)
    return title === undefined ? entry : { ...entry, title }
  })
}
