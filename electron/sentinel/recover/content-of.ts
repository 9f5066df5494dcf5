import type { FileSource } from '../../../shared/plan/steps/file-steps.ts'
import type { ContentOf } from '../../act/ops/put-back-files.ts'
import { committedFile } from '../../adapters/git/committed-file.ts'

type Sources = {
  /** What was accepted as right, by its SHA-256; undefined where its text was not kept. */
  accepted: (sha256: string) => Promise<Uint8Array | undefined>
  fromSnapshot: (
    source: Extract<FileSource, { from: 'snapshot' }>,
    signal: AbortSignal,
  ) => Promise<Uint8Array>
}

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
        return committedFile(source, signal)
    }
  }
}
