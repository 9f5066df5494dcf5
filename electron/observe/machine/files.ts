import { realpath } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { WatchedFile } from '../../../shared/domain/watched-file.ts'
import { type ContentLimits, contentHashes } from '../../adapters/disk/content-hash.ts'
import { type DirectoryWatch, watchDirectory } from '../directory-watch.ts'
import { type Watcher, watcher } from '../watcher.ts'

export type FileOfStack = { path: string; role: WatchedFile['role'] }

type FileWatcherParts = {
  /** Files and directories that the stack is made of; asked at each look. */
  files: () => readonly FileOfStack[] | Promise<readonly FileOfStack[]>
  limits?: ContentLimits
  everyMs?: number
  now?: () => number
}

/** An editor makes several events out of one save. */
const settleMs = 100
/** inotify gives a user 8,192 watches on older kernels, for all programs together. */
const mostDirectories = 200

/**
 * Keeps the files of a stack in view by what is in them, and keeps nothing of it but hashes.
 * After `files` has changed somebody has to ask for a look.
 */
export function fileWatcher(parts: FileWatcherParts): Watcher<readonly WatchedFile[]> {
  const hashes = contentHashes(parts.limits)
  const watches = new Map<string, DirectoryWatch>()
  let wanted: Map<string, Set<string> | 'everything'> = new Map()
  let lookAgain: (() => void) | undefined

  /** Watched before they are read, so that nothing slips through; entries nobody asked for are ignored. */
  async function watchAll(files: readonly FileOfStack[]): Promise<void> {
    const next: typeof wanted = new Map()
    const entryOf = (path: string) => {
      const names = next.get(dirname(path)) ?? new Set<string>()
      if (names !== 'everything') next.set(dirname(path), names.add(basename(path)))
    }
    for (const { path } of files) {
      for (const directory of hashes.directoriesIn(path)) next.set(directory, 'everything')
      entryOf(path)
      const target = await realpath(path).catch(() => path)
      if (target !== path) entryOf(target)
    }
    if (lookAgain === undefined) return
    wanted = new Map([...next].slice(0, mostDirectories))
    for (const [directory, watch] of watches) {
      if (wanted.has(directory)) continue
      watch.stop()
      watches.delete(directory)
    }
    for (const directory of wanted.keys()) {
      if (watches.has(directory)) continue
      watches.set(
        directory,
        watchDirectory(directory, (entry) => {
          const names = wanted.get(directory)
          if (entry === undefined || names === 'everything' || names?.has(entry)) lookAgain?.()
        }),
      )
    }
    await Promise.all([...watches.values()].map((watch) => watch.check()))
  }

  return watcher<readonly WatchedFile[]>({
    source: 'the files of the stack',
    async look() {
      const files = await parts.files()
      await watchAll(files)
      const seen: WatchedFile[] = []
      for (const file of files) seen.push(await lookAt(file))
      hashes.sweep()
      // What is in a directory is known only now.
      const isNew = files.some(({ path }) =>
        hashes.directoriesIn(path).some((directory) => !wanted.has(directory)),
      )
      if (isNew && wanted.size < mostDirectories) {
        await watchAll(files)
        lookAgain?.()
      }
      return seen
    },
    hints(again) {
      lookAgain = again
      return () => {
        lookAgain = undefined
        for (const watch of watches.values()) watch.stop()
        watches.clear()
      }
    },
    settleMs,
    everyMs: parts.everyMs ?? 300_000,
    ...(parts.now && { now: parts.now }),
  })

  async function lookAt(file: FileOfStack): Promise<WatchedFile> {
    try {
      return { ...file, state: 'there', ...(await hashes.of(file.path)) }
    } catch (error) {
      const state = states[(error as NodeJS.ErrnoException).code ?? '']
      if (state === undefined) throw error
      return { ...file, state }
    }
  }
}

/** What is an answer about the file; anything else, as EIO or EMFILE, is our own blindness. */
const states: Readonly<Record<string, WatchedFile['state']>> = {
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  EACCES: 'unreadable',
  EPERM: 'unreadable',
  ELOOP: 'unreadable',
}
