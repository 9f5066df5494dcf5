import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { FileSource } from '../../../shared/plan/steps/file-steps.ts'
import type { ContentOf } from '../../act/ops/put-back-files.ts'

type Sources = {
  /** What was accepted as right, by its SHA-256; undefined where its text was not kept. */
  accepted: (sha256: string) => Promise<Uint8Array | undefined>
  fromSnapshot: (
    source: Extract<FileSource, { from: 'snapshot' }>,
    signal: AbortSignal,
  ) => Promise<Uint8Array>
}

/** Configuration is small; a commit that holds more under this name is not what was meant. */
const mostBytes = 16 * 1024 * 1024

/** Where the bytes of files that are put back come from. */
export function contentOf({ accepted, fromSnapshot }: Sources): ContentOf {
  return async ({ file, source, sha256 }, signal) => {
    switch (source.from) {
      case 'baseline': {
        const bytes = await accepted(sha256)
        if (bytes) return bytes
        throw new Error(`What ${file} held when it was accepted has not been kept.`)
      }
      case 'snapshot':
        return fromSnapshot(source, signal)
      case 'git':
        return committed(source, signal)
    }
  }
}

async function committed(
  { root, commit, path }: Extract<FileSource, { from: 'git' }>,
  signal: AbortSignal,
): Promise<Buffer> {
  const { stdout } = await promisify(execFile)('git', ['-C', root, 'show', `${commit}:${path}`], {
    encoding: 'buffer',
    maxBuffer: mostBytes,
    signal,
  }).catch((error: Error) => {
    throw new Error(`Commit ${commit.slice(0, 12)} of ${root} does not give ${path}.`, {
      cause: error,
    })
  })
  return stdout
}
