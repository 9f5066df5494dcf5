import { constants, type FileHandle, mkdir, open } from 'node:fs/promises'
import { ArchiveRefused } from './archive-problem.ts'

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants

/** A directory that is held open: what is done at `at(name)` happens in it, wherever its path leads by now. */
export type HeldDirectory = {
  handle: FileHandle
  at(name: string): string
}

/** The last element must not be a link; those before it are the caller's own. */
export async function holdDirectory(path: string): Promise<HeldDirectory> {
  const handle = await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  // Node has no openat(2); the kernel resolves this to the open directory itself.
  return { handle, at: (name) => `/proc/self/fd/${handle.fd}/${name}` }
}

/**
 * Directories below a root, opened one by one without following a link. The last way that was
 * asked for stays open, since the next file mostly lies there too.
 */
export interface Parents {
  /** Makes what is missing (0700) and tells `onMade`. */
  of(parts: readonly string[], onMade: (path: string) => void): Promise<HeldDirectory>
  close(): Promise<void>
}

export function parentsBelow(root: HeldDirectory): Parents {
  const way: { name: string; held: HeldDirectory }[] = []

  async function closeFrom(level: number): Promise<void> {
    for (const { held } of way.splice(level).reverse()) await held.handle.close()
  }

  async function step(
    from: HeldDirectory,
    parts: readonly string[],
    onMade: (path: string) => void,
  ): Promise<HeldDirectory> {
    const path = from.at(parts.at(-1) ?? '')
    try {
      await mkdir(path, 0o700)
      onMade(parts.join('/'))
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
    return holdDirectory(path).catch((error) => {
      if (!['ELOOP', 'ENOTDIR'].includes(codeOf(error))) throw error
      const shown = JSON.stringify(parts.join('/'))
      throw new ArchiveRefused(`${shown} is a link or a file, expected a directory.`)
    })
  }

  return {
    async of(parts, onMade) {
      let level = 0
      while (level < parts.length && way[level]?.name === parts[level]) level++
      await closeFrom(level)
      for (; level < parts.length; level++) {
        const from = way.at(-1)?.held ?? root
        const held = await step(from, parts.slice(0, level + 1), onMade)
        way.push({ name: parts[level] ?? '', held })
      }
      return way.at(-1)?.held ?? root
    },
    close: () => closeFrom(0),
  }
}

export const codeOf = (error: unknown): string =>
  (error as NodeJS.ErrnoException | undefined)?.code ?? ''
