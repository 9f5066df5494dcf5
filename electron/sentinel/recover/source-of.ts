import type { FileSource } from '../../../shared/plan/steps/file-steps.ts'
import { sha256Of } from '../../adapters/disk/content-hash.ts'
import { readSmallFile } from '../../adapters/disk/small-file.ts'
import { commitWith } from '../../adapters/git/committed-file.ts'
import { type AcceptedContents, mostFileBytes } from '../changes/accepted-contents.ts'

const withinMs = 10_000

/** The nearest place that still has a file as it was accepted: our own copy, else a commit. */
export function sourceOf(contents: AcceptedContents) {
  return async (file: string, sha256: string): Promise<FileSource | undefined> => {
    if (await contents.of(sha256)) return { from: 'baseline' }
    const commit = await commitWith(file, sha256, AbortSignal.timeout(withinMs))
    return commit && { from: 'git', ...commit }
  }
}

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
