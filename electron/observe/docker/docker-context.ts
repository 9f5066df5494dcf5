import { basename, dirname, join } from 'node:path'
import type { DockerContexts } from '../../../shared/domain/docker-context.ts'
import {
  configDirectoryOf,
  configFileIn,
  type DockerPlace,
  resolveConfigFile,
} from '../../adapters/docker/config-file.ts'
import { listed, metaDirectoryIn } from '../../adapters/docker/context-store.ts'
import { readDockerContexts } from '../../adapters/docker/docker-config.ts'
import { type DirectoryWatch, watchDirectory } from '../directory-watch.ts'
import { type Watcher, watcher } from '../watcher.ts'

type ContextWatcherParts = DockerPlace & { everyMs?: number; now?: () => number }

/** `docker context use` makes its five file events within 3 ms. */
const settleMs = 50

/** Keeps in view which context is current and what contexts there are. */
export function contextWatcher(parts: ContextWatcherParts): Watcher<DockerContexts> {
  const configDirectory = configDirectoryOf(parts)
  const watches = new Map<string, DirectoryWatch>()
  let lookAgain: (() => void) | undefined

  function watchOnly(wanted: ReadonlyMap<string, (entry: string) => boolean>): void {
    for (const [directory, watch] of watches) {
      if (wanted.has(directory)) continue
      watch.stop()
      watches.delete(directory)
    }
    for (const [directory, concerns] of wanted) {
      if (watches.has(directory)) continue
      const happened = (entry?: string) => {
        if (entry === undefined || concerns(entry)) lookAgain?.()
      }
      watches.set(directory, watchDirectory(directory, happened))
    }
  }

  /** Everything that a look reads is watched before it is read, so that nothing slips through. */
  async function watchAll(): Promise<void> {
    if (lookAgain === undefined) return
    const file = await resolveConfigFile(configDirectory).catch(() => configFileIn(configDirectory))
    const metaDirectory = metaDirectoryIn(configDirectory)
    const folders = await listed(metaDirectory).catch(() => [])
    if (lookAgain === undefined) return
    const everything = () => true
    watchOnly(
      new Map<string, (entry: string) => boolean>([
        ...folders.map((folder) => [join(metaDirectory, folder), everything] as const),
        [metaDirectory, everything],
        [dirname(file), (entry) => entry.startsWith(basename(file))],
        // Behind a symlink the CLI leaves no event of the name itself in this directory, only
        // of its temporary file `config.json<digits>`.
        [configDirectory, (entry) => /^config\.json/.test(entry) || entry === basename(file)],
      ]),
    )
    await Promise.all([...watches.values()].map((watch) => watch.check()))
  }

  return watcher({
    source: `Docker's contexts in ${configDirectory}`,
    async look() {
      await watchAll()
      return readDockerContexts(parts)
    },
    hints(again) {
      lookAgain = again
      return () => {
        lookAgain = undefined
        watchOnly(new Map())
      }
    },
    settleMs,
    everyMs: parts.everyMs ?? 10_000,
    ...(parts.now && { now: parts.now }),
  })
}
