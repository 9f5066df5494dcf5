import type { SnapshotFile } from '../../../shared/domain/snapshot.ts'
import type { FileSource, PutBack } from '../../../shared/plan/steps/file-steps.ts'
import type { ContentOf, StillGiven } from '../../act/ops/put-back-files.ts'
import { sha256Of } from '../../adapters/disk/content-hash.ts'
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

type Givers = Pick<Sources, 'accepted'> & {
  /** What a snapshot of a repository lists. */
  listOf: (repository: string, snapshot: string) => Promise<readonly SnapshotFile[]>
}

const withinMs = 10_000

/** A list is asked for once for each snapshot: a restore may put back hundreds of files. */
export function stillGiven({ accepted, listOf }: Givers): StillGiven {
  return async (files) => {
    const lists = new Map<string, Promise<Map<string, string | undefined>>>()
    const listed = (repository: string, snapshot: string) => {
      const key = `${repository}\n${snapshot}`
      const list = lists.get(key) ?? listOf(repository, snapshot).then(hashesOf)
      lists.set(key, list)
      return list
    }
    const hashNow = async ({ source, sha256 }: PutBack): Promise<string | undefined> => {
      if (source.from === 'baseline') return (await accepted(sha256)) && sha256
      if (source.from === 'git') {
        return sha256Of(await committedFile(source, AbortSignal.timeout(withinMs)))
      }
      const { repository, snapshot, component, path } = source
      return (await listed(repository, snapshot)).get(`${component}/${path}`)
    }
    for (const put of files) {
      const now = await hashNow(put).catch(() => undefined)
      if (now === put.sha256) continue
      throw new Error(
        `What ${put.file} is to hold cannot be had any more as it was approved. Look at a new plan.`,
      )
    }
  }
}

const hashesOf = (files: readonly SnapshotFile[]): Map<string, string | undefined> =>
  new Map(files.map(({ component, path, sha256 }) => [`${component}/${path}`, sha256]))
