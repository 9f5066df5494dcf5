import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { sentenceOf } from '../../../../shared/kit/sentence-of.ts'
import { diskProblem } from '../../../adapters/disk/disk-problem.ts'
import { ContentProblem } from './pack-batch.ts'

/**
 * Keeps content in a file until it is known whether the repository has it. Rejects with
 * `ContentProblem` when the content breaks, with a `DiskProblem` when the file cannot be written.
 */
export async function spool(
  content: Readable,
  path: string,
): Promise<{ sha256: string; sizeBytes: number }> {
  const file = await open(path, 'wx', 0o600).catch((error) => {
    throw diskProblem(error, path, `${path} cannot be written`)
  })
  const sum = createHash('sha256')
  let sizeBytes = 0
  try {
    for await (const chunk of breaking(content)) {
      sum.update(chunk)
      sizeBytes += chunk.byteLength
      await file.writeFile(chunk).catch((error) => {
        throw diskProblem(error, path, `${path} cannot be written`)
      })
    }
  } finally {
    await file.close()
  }
  return { sha256: sum.digest('hex'), sizeBytes }
}

async function* breaking(content: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* content as AsyncIterable<Uint8Array>
  } catch (error) {
    throw new ContentProblem(sentenceOf(error))
  }
}
