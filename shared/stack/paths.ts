// POSIX paths without Node, because shared/ runs everywhere.

const isAbsolutePath = (path: string): boolean => path.startsWith('/')

/** `path` as seen from `directory`, without `.`, `..` and doubled slashes. */
export function resolvePath(directory: string, path: string): string {
  const parts: string[] = []
  for (const part of (isAbsolutePath(path) ? path : `${directory}/${path}`).split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

export const isInside = (path: string, directory: string): boolean =>
  directory === '/' ? path !== '/' : path.startsWith(`${directory}/`)

export const isAtOrBelow = (path: string, top: string): boolean =>
  path === top || isInside(path, top)

/** The short form of a path below `directory`; any other path stays absolute. */
export function shortenPath(directory: string, path: string): string {
  return isInside(path, directory) ? path.slice(directory === '/' ? 1 : directory.length + 1) : path
}
