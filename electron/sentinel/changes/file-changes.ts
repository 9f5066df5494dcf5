import { stat } from 'node:fs/promises'
import type { Baseline } from '../../../shared/domain/monitoring.ts'
import type { FileChanges } from '../../../shared/ipc/file-changes.ts'
import { sha256Of } from '../../adapters/disk/content-hash.ts'
import { pathsBelow } from '../../adapters/disk/small-file.ts'
import { type AcceptedContents, walkLimits } from './accepted-contents.ts'
import { lookAtFile, tellOfSecrets, textOf } from './look-at-file.ts'

type Change = FileChanges['files'][number]

const notKept = 'What it held when it was accepted has not been kept.'

/** Compares files with what was accepted, when somebody asks. */
export function fileChanges(contents: AcceptedContents) {
  const tell = tellOfSecrets()

  async function before(sha256: string | undefined): Promise<Buffer | undefined> {
    return sha256 === undefined ? undefined : contents.of(sha256)
  }

  async function ofFile(path: string, accepted: string | undefined): Promise<Change | undefined> {
    const now = await lookAtFile(path)
    if (now.is === 'gone' && accepted === undefined) return undefined
    const changedAt = now.is === 'file' ? new Date(now.modifiedAt).toISOString() : null
    const whole = (change: Change['change'], why: string): Change => ({
      path,
      change,
      diff: null,
      why,
      changedAt,
    })
    if (now.is === 'file' && accepted !== undefined && sha256Of(now.bytes) === accepted) {
      return undefined
    }
    const old = await before(accepted)
    const change = now.is === 'gone' ? 'removed' : accepted === undefined ? 'added' : 'changed'
    if (accepted !== undefined && !old) return whole(change, notKept)
    if (now.is === 'other') return whole(change, now.why)
    const from = textOf(old ?? Buffer.alloc(0))
    const to = textOf(now.is === 'file' ? now.bytes : Buffer.alloc(0))
    if (from === undefined || to === undefined) return whole(change, 'It is no text.')
    if (from === to) return whole(change, 'It is empty.')
    // Loaded on demand: nobody compares while the guard only guards.
    const { textDifference } = await import('../../../shared/text/text-difference.ts')
    return { path, change, ...textDifference(path, from, to, tell), changedAt }
  }

  async function ofDirectory(
    path: string,
    baseline: Baseline,
  ): Promise<Omit<FileChanges, 'path' | 'acceptedAt'>> {
    const kept = Object.entries(baseline.contents ?? {}).filter(([one]) =>
      one.startsWith(`${path}/`),
    )
    const accepted = new Map(kept)
    const { paths, isWhole } = await pathsBelow(path, walkLimits)
    const files: Change[] = []
    for (const one of [...new Set([...accepted.keys(), ...paths])].sort()) {
      const change = await ofFile(one, accepted.get(one))
      if (change) files.push(change)
    }
    const why = isWhole
      ? files.length === 0
        ? 'What differs is in no file whose text has been kept.'
        : null
      : 'Not all of the directory can be looked at.'
    return { files, why }
  }

  return async function changesOf(path: string, baseline: Baseline): Promise<FileChanges> {
    const acceptedAt = new Date(baseline.acceptedAt).toISOString()
    const accepted = baseline.files[path] ?? baseline.contents?.[path]
    const about = { path, acceptedAt }
    if (accepted !== undefined && baseline.contents === undefined) {
      const why = 'It was accepted before texts were kept: accept again to see differences.'
      return { ...about, files: [], why }
    }
    if (await isDirectory(path, baseline))
      return { ...about, ...(await ofDirectory(path, baseline)) }
    const change = await ofFile(path, accepted)
    return { ...about, files: change ? [change] : [], why: null }
  }
}

/** A removed directory is known by what was kept below it. */
async function isDirectory(path: string, { contents }: Baseline): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined)
  if (stats) return stats.isDirectory()
  return Object.keys(contents ?? {}).some((one) => one.startsWith(`${path}/`))
}
