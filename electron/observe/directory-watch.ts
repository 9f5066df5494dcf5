import { type FSWatcher, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { Stop } from './watcher.ts'

/** A watch on a directory that may be missing, come later, be replaced or go away. */
export type DirectoryWatch = {
  /** Makes sure that the directory that is there now is the one that is watched. */
  check(): Promise<void>
  stop: Stop
}

/**
 * Tells of everything that happens in a directory by the name of the entry, and of the
 * directory's own coming and going without a name. While it is missing its nearest ancestor is
 * watched instead. A file itself is never watched: inotify follows the inode, and a rename over
 * the file leaves such a watch dead for ever.
 */
export function watchDirectory(
  directory: string,
  happened: (entry?: string) => void,
): DirectoryWatch {
  let stopped = false
  let armedAt: string | undefined
  let watched: { path: string; identity: string; watcher: FSWatcher } | undefined
  let checking: Promise<void> | undefined
  let askedAgain = false

  function disarm(): void {
    watched?.watcher.close()
    watched = undefined
  }

  function onEvent(path: string, kind: string, entry: string | null): void {
    const itself = entry === null || entry === basename(path)
    // Removed or moved: this watch is dead, even if the next directory gets the same inode.
    if (itself && kind === 'rename') disarm()
    if (path === directory) {
      if (itself) void check()
      happened(itself ? undefined : entry)
    } else if (itself || isOnTheWay(path, entry)) void check()
  }

  const isOnTheWay = (ancestor: string, entry: string): boolean =>
    `${directory}/`.startsWith(`${ancestor === '/' ? '' : ancestor}/${entry}/`)

  async function arm(): Promise<void> {
    const path = await nearestExisting(directory)
    const identity = await identityOf(path)
    if (stopped || (watched?.path === path && watched.identity === identity)) return
    const before = armedAt
    armedAt = path
    disarm()
    try {
      const watcher = watch(path, (kind, entry) => onEvent(path, kind, entry))
      watcher.on('error', () => {
        if (watched?.watcher === watcher) disarm()
      })
      watched = { path, identity, watcher }
    } catch (error) {
      // Not readable, or out of inotify watches: the slow net looks, and checks again.
      askedAgain = (error as NodeJS.ErrnoException).code === 'ENOENT'
      return
    }
    // What happened between the look at the path and the watch on it was not told.
    askedAgain = true
    if (before && (before === directory || path === directory)) happened()
  }

  /** One at a time, until what is watched is what is there. */
  function check(): Promise<void> {
    if (checking) askedAgain = true
    checking ??= (async () => {
      try {
        do {
          askedAgain = false
          await arm()
        } while (askedAgain && !stopped)
      } finally {
        checking = undefined
      }
    })()
    return checking
  }

  return {
    check,
    stop() {
      stopped = true
      disarm()
    },
  }
}

async function nearestExisting(directory: string): Promise<string> {
  let path = directory
  while (path !== dirname(path) && (await identityOf(path)) === 'none') path = dirname(path)
  return path
}

async function identityOf(path: string): Promise<string> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined)
  // Inodes are given out again at once, so the time of birth belongs to who it is.
  return stats?.isDirectory() ? `${stats.dev}:${stats.ino}:${stats.birthtimeNs}` : 'none'
}
