import { type DirectoryWatch, watchDirectory } from '../../observe/directory-watch.ts'

/** Watches on a set of directories that may change from look to look. */
type StackDirectories = {
  /** From now on exactly these, as they are now. Resolves once all are watched. */
  follow(directories: Iterable<string>): Promise<void>
  stop(): void
}

export function stackDirectories(again: () => void): StackDirectories {
  const watches = new Map<string, DirectoryWatch>()
  let stopped = false

  return {
    async follow(directories) {
      if (stopped) return
      const wanted = new Set(directories)
      for (const [directory, watch] of watches) {
        if (wanted.has(directory)) continue
        watch.stop()
        watches.delete(directory)
      }
      for (const directory of wanted) {
        if (!watches.has(directory)) watches.set(directory, watchDirectory(directory, again))
      }
      await Promise.all([...watches.values()].map((watch) => watch.check()))
    },
    stop() {
      stopped = true
      for (const watch of watches.values()) watch.stop()
      watches.clear()
    },
  }
}
