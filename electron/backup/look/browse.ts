import type { SnapshotComponent, SnapshotFile } from '../../../shared/domain/snapshot.ts'
import type { Browsed } from '../../../shared/ipc/backup-view.ts'

/** A path as it is asked for: a component, and where in it; `.` is all of it. */
export type PathInSnapshot = { component: string; path: string }

/**
 * Takes `volume:odin_data/wal/0001` apart. IDs of components may hold slashes themselves, so the
 * longest that fits is meant. Undefined where it names no component.
 */
export function pathInSnapshot(
  asked: string,
  components: readonly Pick<SnapshotComponent, 'id'>[],
): PathInSnapshot | undefined {
  const path = asked.replace(/\/+$/, '')
  const fitting = components
    .map(({ id }) => id)
    .filter((id) => path === id || path.startsWith(`${id}/`))
    .toSorted((a, b) => b.length - a.length)
  const [component] = fitting
  if (component === undefined) return undefined
  return { component, path: path.slice(component.length + 1) || '.' }
}

/** All that is at a path or below it. */
export const isAtOrBelow = (file: SnapshotFile, at: PathInSnapshot): boolean =>
  file.component === at.component &&
  (at.path === '.' || file.path === at.path || file.path.startsWith(`${at.path}/`))

/**
 * What is in one directory of a snapshot, directories first; components at the top. Directories
 * that nobody put in are there all the same when something is in them. Throws a sentence for a
 * path that is not there.
 */
export function browse(
  files: readonly SnapshotFile[],
  components: readonly SnapshotComponent[],
  path: string,
): Browsed[] {
  if (path === '' || path === '/') {
    return components.map(({ id, files, sizeBytes }) => ({
      name: id,
      path: id,
      type: 'component',
      files,
      sizeBytes,
      mtime: null,
    }))
  }
  const at = pathInSnapshot(path, components)
  const within = at ? files.filter((file) => isAtOrBelow(file, at)) : []
  if (at === undefined || (within.length === 0 && at.path !== '.')) {
    throw new Error(`There is no ${path} in this snapshot.`)
  }
  const itself = within.find((file) => file.path === at.path)
  if (itself && itself.type !== 'directory') return [entryOf(itself, at.component)]
  return entriesIn(within, at)
}

function entriesIn(within: readonly SnapshotFile[], at: PathInSnapshot): Browsed[] {
  const start = at.path === '.' ? 0 : at.path.length + 1
  const entries = new Map<string, Browsed>()
  for (const file of within) {
    const rest = file.path === '.' ? '' : file.path.slice(start)
    if (rest === '') continue
    const [name = ''] = rest.split('/', 1)
    if (rest === name && file.type !== 'directory') {
      entries.set(name, entryOf(file, at.component))
      continue
    }
    const path = `${at.component}/${file.path.slice(0, start)}${name}`
    const before = entries.get(name)
    entries.set(name, {
      name,
      path,
      type: 'directory',
      files: (before?.files ?? 0) + (file.type === 'directory' ? 0 : 1),
      sizeBytes: (before?.sizeBytes ?? 0) + file.sizeBytes,
      mtime: rest === name ? timeOf(file) : (before?.mtime ?? null),
    })
  }
  return [...entries.values()].toSorted(
    (a, b) =>
      Number(b.type === 'directory') - Number(a.type === 'directory') || (a.name < b.name ? -1 : 1),
  )
}

function entryOf(file: SnapshotFile, component: string): Browsed {
  return {
    name: file.path.slice(file.path.lastIndexOf('/') + 1),
    path: `${component}/${file.path}`,
    type: file.type,
    sizeBytes: file.sizeBytes,
    mtime: timeOf(file),
    ...(file.linkTo !== undefined && { linkTo: file.linkTo }),
  }
}

/** What stands in a list of files may be no time that has a name. */
function timeOf({ mtimeSeconds }: SnapshotFile): string | null {
  const time = new Date(mtimeSeconds * 1000)
  const said = Number.isNaN(time.getTime()) ? '' : time.toISOString()
  return /^\d{4}-/.test(said) ? said : null
}
