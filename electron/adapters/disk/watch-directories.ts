import { watchDirectory } from './watch-directory.ts'

/** Watches on a set of directories that may change from look to look. */
export type DirectoryWatches = {
  /** From now on exactly these. Resolves once all are watched. */
  follow(directories: Iterable<string>): Promise<void>
  stop(): void
}

export function watchDirectories(again: () => void): DirectoryWatches {
  const watches = new Map<string, () => void>()
  let stopped = false

  function end(directory: string): void {
    watches.get(directory)?.()
    watches.delete(directory)
  }

  return {
    async follow(directories) {
      const wanted = new Set(directories)
      for (const directory of watches.keys()) {
        if (!wanted.has(directory)) end(directory)
      }
      for (const directory of wanted) {
        if (stopped || watches.has(directory)) continue
        const stop = await watchDirectory(directory, again)
        watches.set(directory, stop)
        if (stopped) end(directory)
      }
    },
    stop() {
      stopped = true
      for (const directory of watches.keys()) end(directory)
    },
  }
}
