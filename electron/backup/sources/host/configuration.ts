import type { BackupSource, OpenedSource, SourceItem } from '../source.ts'
import {
  type BoundDirectory,
  findHostFiles,
  type HostFiles,
  type HostFilesParts,
} from './host-files.ts'
import { type HostTree, hostTree } from './host-tree.ts'
import type { KnownFiles } from './known-files.ts'

/** Configuration is kept as it was at one moment; what is larger is streamed. */
const wholeUpToBytes = 8 * 1024 * 1024

/**
 * Everything that a person wrote for the stack, by absolute path without the leading slash:
 * compose files and all they lead to, env files, configuration that is mounted, the stack file.
 * One pack with all of it, so that one `tar -xf` brings it back.
 */
export function configurationSource(parts: HostFilesParts): BackupSource {
  return configurationOf(() => findHostFiles(parts))
}

/** The configuration, and a component for each directory of data that is mounted from this disk. */
export async function hostSources(
  parts: HostFilesParts &
    Pick<BoundDirectoryParts, 'known' | 'quiesce'> & {
      /** Kept by another source: Prometheus' own directory, when it makes a snapshot of itself. */
      isCovered?: (directory: BoundDirectory) => boolean
    },
): Promise<BackupSource[]> {
  const found = await findHostFiles(parts)
  const { known, quiesce } = parts
  const uncovered = found.data.filter((directory) => parts.isCovered?.(directory) !== true)
  const directories = uncovered.map((directory) =>
    boundDirectorySource(directory, {
      ...(known && { known }),
      ...(quiesce && { quiesce }),
      without: found.data.map(({ path }) => path).filter((path) => path !== directory.path),
    }),
  )
  return [configurationOf(async () => found), ...directories]
}

const configurationOf = (find: () => Promise<HostFiles>): BackupSource => ({
  id: 'configuration',
  kind: 'configuration',
  title: 'Configuration',
  packing: 'self-contained',
  async open(signal) {
    const found = await find()
    const { configuration, without } = found
    const tree = hostTree(configuration, { signal, without, followLinks: true, wholeUpToBytes })
    const facts: Record<string, string> = { pathsBeginAt: '/' }
    if (found.leftOut.length > 0) facts['leftOut'] = found.leftOut.join('\n')
    return {
      consistency: 'live',
      facts,
      items: withSkipped(tree, facts),
      gaps: () => [...found.gaps, ...tree.gaps()],
      close: async () => {},
    }
  },
})

export type BoundDirectoryParts = {
  known?: KnownFiles
  /**
   * Stops whoever writes to it, where that is allowed; `close` starts them again, and `woken` tells
   * who runs all the same.
   */
  quiesce?: (
    directory: BoundDirectory,
    signal: AbortSignal,
  ) => Promise<Pick<OpenedSource, 'consistency' | 'close'> & { woken?: () => Promise<string[]> }>
  /** Directories below it that are components of their own. */
  without?: readonly string[]
}

/** A mounted directory of data: paths in it begin at the directory, which is `.` itself. */
export function boundDirectorySource(
  directory: BoundDirectory,
  { known, quiesce, without = [] }: BoundDirectoryParts = {},
): BackupSource {
  const { path, usedBy } = directory
  const users = [...new Set(usedBy.map(({ project, service }) => `${project}/${service}`))]
  return {
    id: `volume:${path}`,
    kind: 'volume',
    title: `Data of ${users.join(', ') || 'the stack'} in ${path}`,
    packing: 'new-files',
    async open(signal) {
      const held = await quiesce?.(directory, signal)
      const tree = hostTree([{ path, role: 'directory of data' }], {
        signal,
        below: path,
        without: new Set(without),
        ...(known && { known }),
      })
      const facts: Record<string, string> = { hostPath: path }
      const mounts = usedBy.map(
        ({ project, service, destination, readOnly }) =>
          `${project}/${service}:${destination}${readOnly ? ':ro' : ''}`,
      )
      if (mounts.length > 0) facts['mounts'] = mounts.join('\n')
      const late: string[] = []
      async function* items(): AsyncGenerator<SourceItem> {
        yield* withSkipped(tree, facts)
        const woken = (await held?.woken?.()) ?? []
        if (woken.length > 0)
          late.push(`${woken.join(', ')} was started by somebody while ${path} was read.`)
      }
      return {
        consistency: held?.consistency ?? 'live',
        facts,
        items: items(),
        gaps: () => [...tree.gaps(), ...late],
        close: async () => held?.close(),
      }
    },
  }
}

/** What has no content to keep is no gap: it is said, and made anew by whoever needs it. */
async function* withSkipped(
  tree: HostTree,
  facts: Record<string, string>,
): AsyncGenerator<SourceItem> {
  yield* tree
  if (tree.skipped().length > 0) facts['skipped'] = tree.skipped().join('\n')
}
