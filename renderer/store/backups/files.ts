import type { Browsed } from '../../../shared/ipc/backup-view.ts'
import { countWords, momentWords } from '../wording.ts'
import { sizeWords } from './words.ts'

export type FileRow = {
  path: string
  name: string
  type: Browsed['type']
  opens: boolean
  /** Where a symbolic link leads, how many files there are inside, what a dashboard is called. */
  more: string
  size: string
  changed: string
  /** It can be put back by itself. */
  restores: boolean
}

const order: readonly Browsed['type'][] = ['component', 'directory', 'file', 'symlink']
const rank = (type: Browsed['type']): number => Math.min(2, order.indexOf(type))

/** Data comes back by whole components, what a person wrote file by file, dashboards one by one. */
const mayRestore = (path: string, components: readonly string[]): boolean =>
  components.includes(path) ||
  path.startsWith('configuration/') ||
  /^grafana:.+\/dashboards\/[^/]+\.json$/.test(path)

/** Directories first, and by name as a person counts: 2 before 10. */
export function fileRows(
  entries: readonly Browsed[],
  now: number,
  components: readonly string[] = [],
): FileRow[] {
  return entries
    .toSorted(
      (a, b) =>
        rank(a.type) - rank(b.type) || a.name.localeCompare(b.name, 'en', { numeric: true }),
    )
    .map((entry) => ({
      path: entry.path,
      name: entry.name,
      type: entry.type,
      opens: entry.type === 'component' || entry.type === 'directory',
      more:
        entry.linkTo !== undefined
          ? `→ ${entry.linkTo}`
          : entry.files === undefined
            ? (entry.title ?? '')
            : countWords(entry.files, 'file'),
      size: entry.type === 'symlink' ? '' : sizeWords(entry.sizeBytes),
      changed: entry.mtime === null ? '' : momentWords(entry.mtime, now),
      restores: entry.type !== 'symlink' && mayRestore(entry.path, components),
    }))
}

export type Crumb = { name: string; path: string }

/** The way down to here. The name of a component may itself hold slashes. */
export function crumbsOf(path: string, top: string, components: readonly string[]): Crumb[] {
  const crumbs: Crumb[] = [{ name: top, path: '' }]
  if (path === '') return crumbs
  const component = components
    .filter((id) => path === id || path.startsWith(`${id}/`))
    .toSorted((a, b) => b.length - a.length)[0]
  let at = component ?? ''
  if (component !== undefined) crumbs.push({ name: component, path: component })
  for (const name of path.slice(at.length).split('/').filter(Boolean)) {
    at = at === '' ? name : `${at}/${name}`
    crumbs.push({ name, path: at })
  }
  return crumbs
}
