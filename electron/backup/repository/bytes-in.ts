import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Of all files below a directory. What goes away meanwhile takes nothing. */
export async function bytesIn(directory: string): Promise<number> {
  let bytes = 0
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) bytes += await bytesIn(path)
    else bytes += (await lstat(path).catch(() => undefined))?.size ?? 0
  }
  return bytes
}
