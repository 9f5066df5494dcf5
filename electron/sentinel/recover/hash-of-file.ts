import { sha256Of } from '../../adapters/disk/content-hash.ts'
import { readSmallFile } from '../../adapters/disk/small-file.ts'
import { mostFileBytes } from '../changes/accepted-contents.ts'

/** SHA-256 of what a file holds; null where there is none. Rejects where it cannot be read. */
export async function hashOfFile(file: string): Promise<string | null> {
  try {
    const found = await readSmallFile(file, mostFileBytes)
    return found ? sha256Of(found.bytes) : null
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
