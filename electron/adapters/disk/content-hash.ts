import { createHash } from 'node:crypto'
import { type BigIntStats, constants } from 'node:fs'
import { open, opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** SHA-256 of bytes or text, lower-case hex. */
export const sha256Of = (content: Uint8Array | string): string =>
  createHash('sha256').update(content).digest('hex')

/** What a file or a directory of configuration is, by its content. The content itself is not kept. */
export type Content = {
  modifiedAt: number
  inode: number
  sizeBytes: number
  /** Absent where it is too large, or no file at all: a socket, a pipe, a device. */
  sha256?: string
}

/** Hashes again only what has changed by size, times or inode since it was last asked for. */
interface ContentHashes {
  /** Throws as `stat` and `open` do. */
  of(path: string): Promise<Content>
  /** All directories that a look at this path reads, itself included if it is one. */
  directoriesIn(path: string): readonly string[]
  /** Forgets what was not asked for since the last call. */
  sweep(): void
}

export type ContentLimits = { fileBytes?: number; entries?: number; depth?: number }

type Known = { stamp: string; sha256: string; isWanted: boolean }

export function contentHashes(limits: ContentLimits = {}): ContentHashes {
  const { fileBytes = 8 * 1024 * 1024, entries = 2_000, depth = 8 } = limits
  const known = new Map<string, Known>()
  const directories = new Map<string, string[]>()

  async function fileHash(path: string, stats: BigIntStats): Promise<string | undefined> {
    if (!stats.isFile() || stats.size > BigInt(fileBytes)) return undefined
    const before = known.get(path)
    if (before?.stamp === stampOf(stats)) {
      before.isWanted = true
      return before.sha256
    }
    // Written to while it is read: what it is now will be told by its next stamp.
    const { sha256, stamp } = await readHash(path)
    known.set(path, { stamp, sha256, isWanted: true })
    return sha256
  }

  /** Of the listing with the hashes, in the order of names; absent once a limit is exceeded. */
  async function directoryHash(root: string): Promise<string | undefined> {
    const lines: string[] = []
    const visited: string[] = []
    let isWhole = true
    const walk = async (directory: string, prefix: string, level: number): Promise<void> => {
      visited.push(directory)
      for await (const entry of await opendir(directory)) {
        if (lines.length >= entries || level >= depth) isWhole = false
        if (!isWhole) return
        const path = join(directory, entry.name)
        const name = `${prefix}${entry.name}`
        // A link to a directory may lead in a circle, so it is only as much as its target's name.
        const stats = await stat(path, { bigint: true }).catch(() => undefined)
        if (entry.isDirectory()) await walk(path, `${name}/`, level + 1)
        else if (!stats) lines.push(`${name} unreadable`)
        else {
          const hash = await fileHash(path, stats).catch(() => 'unreadable')
          lines.push(`${name} ${hash ?? `${stats.size} bytes`}`)
        }
      }
    }
    await walk(root, '', 0)
    directories.set(root, visited)
    if (!isWhole) return undefined
    return sha256Of(lines.sort().join('\n'))
  }

  return {
    async of(path) {
      const stats = await stat(path, { bigint: true })
      const sha256 = stats.isDirectory() ? await directoryHash(path) : await fileHash(path, stats)
      return {
        modifiedAt: Math.floor(Number(stats.mtimeMs)),
        inode: Number(stats.ino),
        sizeBytes: Number(stats.size),
        ...(sha256 !== undefined && { sha256 }),
      }
    },
    directoriesIn: (path) => directories.get(path) ?? [],
    sweep() {
      for (const [path, one] of known) {
        if (one.isWanted) one.isWanted = false
        else known.delete(path)
      }
    },
  }
}

const stampOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  [dev, ino, size, mtimeNs, ctimeNs].join(' ')

async function readHash(path: string): Promise<{ sha256: string; stamp: string }> {
  // Between stat and open a pipe may have taken the place: opening that must not block.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stats = await file.stat({ bigint: true })
    const hash = createHash('sha256')
    if (stats.isFile()) {
      for await (const chunk of file.createReadStream({ autoClose: false })) hash.update(chunk)
    }
    return { sha256: hash.digest('hex'), stamp: stampOf(stats) }
  } finally {
    await file.close()
  }
}
