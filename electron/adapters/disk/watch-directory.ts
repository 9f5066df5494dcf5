import { type FSWatcher, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Says "look again" on anything that happens in a directory, with the name where the
 * system gives one. The directory may be missing, appear, be replaced or go away: the
 * watch follows. Resolves once it watches; whoever looks after that misses nothing.
 *
 * Never the file itself: an inotify watch on a file dies with its inode at the first
 * rename onto it, which is how editors and careful programs write.
 */
export async function watchDirectory(
  directory: string,
  again: (name?: string) => void,
): Promise<() => void> {
  let watching: FSWatcher | undefined
  let armed: Place | undefined
  let arming: Promise<void> = Promise.resolve()
  let stopped = false

  const arm = (): Promise<void> => {
    arming = arming.then(armOnce)
    return arming
  }

  /** Watches the directory, or the nearest one above that exists. */
  async function armOnce(): Promise<void> {
    for (;;) {
      const wanted = await nearestExisting(directory)
      if (stopped || same(wanted, armed)) return
      const moved = armed !== undefined
      watching?.close()
      armed = watchPlace(wanted) ? wanted : undefined
      if (moved) again()
      // What came between the look for the directory and the watch on it went unseen: once more.
      if (!armed) return
    }
  }

  function watchPlace({ path }: Place): boolean {
    try {
      watching = watch(path, { persistent: false }, (_event, name) => {
        again(name ?? undefined)
        void arm()
      })
      watching.on('error', () => {
        armed = undefined
        again()
      })
      return true
    } catch {
      return false // Gone meanwhile, or no watches left: the slow poll of the caller remains.
    }
  }

  await arm()
  return () => {
    stopped = true
    watching?.close()
  }
}

type Place = { path: string; inode: bigint }

const same = (a: Place | undefined, b: Place | undefined): boolean =>
  a?.path === b?.path && a?.inode === b?.inode

async function nearestExisting(directory: string): Promise<Place> {
  for (let path = directory; ; path = dirname(path)) {
    const found = await stat(path, { bigint: true }).catch(() => undefined)
    if (found?.isDirectory() || path === dirname(path)) return { path, inode: found?.ino ?? 0n }
  }
}
