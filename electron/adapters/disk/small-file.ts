import { constants } from 'node:fs'
import { open, opendir } from 'node:fs/promises'
import { join } from 'node:path'

export type SmallFile = {
  bytes: Buffer
  modifiedAt: number
  /** Permission bits. */
  mode: number
}

/**
 * The content of a regular file, read at once; undefined where it is larger, or a directory, a
 * pipe, a device. Throws as `open` does.
 */
export async function readSmallFile(
  path: string,
  mostBytes: number,
): Promise<SmallFile | undefined> {
  // A pipe may stand there: opening that must not block.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stats = await file.stat()
    if (!stats.isFile() || stats.size > mostBytes) return undefined
    // It may grow meanwhile, so one byte more is asked for than may be there.
    const bytes = Buffer.alloc(mostBytes + 1)
    let length = 0
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    if (length > mostBytes) return undefined
    return {
      bytes: Buffer.from(bytes.subarray(0, length)),
      modifiedAt: Math.floor(stats.mtimeMs),
      mode: stats.mode & 0o7777,
    }
  } finally {
    await file.close()
  }
}

export type WalkLimits = { entries: number; depth: number }

/**
 * Paths of what is below a directory and no directory itself, sorted; links to directories are
 * not followed. `isWhole` is false where a limit was met or a directory could not be read.
 */
export async function pathsBelow(
  root: string,
  limits: WalkLimits,
): Promise<{ paths: string[]; isWhole: boolean }> {
  const paths: string[] = []
  let isWhole = true
  const walk = async (directory: string, level: number): Promise<void> => {
    try {
      for await (const entry of await opendir(directory)) {
        if (paths.length >= limits.entries || level >= limits.depth) isWhole = false
        if (!isWhole) return
        const path = join(directory, entry.name)
        if (entry.isDirectory()) await walk(path, level + 1)
        else paths.push(path)
      }
    } catch {
      isWhole = false
    }
  }
  await walk(root, 0)
  return { paths: paths.sort(), isWhole }
}
