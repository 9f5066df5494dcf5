import { createHash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { writeWhole } from '../../../adapters/disk/write-whole.ts'

/**
 * What was in files when they were read last. Only a cache: without it everything is read again,
 * and each run reads one file of 28 again anyway, whatever its times say.
 */
export interface KnownFiles {
  /**
   * What its content was if it has not been written to since; undefined where that is not known.
   * `isDue`: it is this file's turn to be read again all the same, as a disk forgets in silence.
   */
  recall(path: string, stats: BigIntStats): { sha256: string; isDue: boolean } | undefined
  /** `stats` are those of the file at the end of reading, equal to those at the beginning. */
  remember(path: string, stats: BigIntStats, sha256: string): void
  /** Rejects as the disk does; a cache that could not be written is only a slower next run. */
  save(): Promise<void>
}

type KnownFilesOptions = {
  /** Whoever was not asked for the longest goes first. */
  most?: number
  now?: () => number
}

type Known = { stamp: string; sha256: string }

const heading = 'odin-sentinel known files 1'
/** Every file is read again once in so many runs: four weeks, where there is one a day. */
const runsPerRound = 28
/** A write right after reading may leave the same times: file systems count in up to 2 s. */
const settledAfterMs = 2_000

export async function openKnownFiles(
  file: string,
  { most = 150_000, now = Date.now }: KnownFilesOptions = {},
): Promise<KnownFiles> {
  const { run, entries } = await load(file)

  return {
    recall(path, stats) {
      const known = entries.get(path)
      if (known === undefined) return undefined
      entries.delete(path)
      if (known.stamp !== stampOf(stats)) return undefined
      // Back at the end: those that nobody asks for any more gather at the front.
      entries.set(path, known)
      return { sha256: known.sha256, isDue: turnOf(path) === run % runsPerRound }
    },
    remember(path, stats, sha256) {
      entries.delete(path)
      const touchedAt = Math.max(Number(stats.mtimeMs), Number(stats.ctimeMs))
      if (touchedAt > now() - settledAfterMs) return
      entries.set(path, { stamp: stampOf(stats), sha256 })
    },
    async save() {
      for (const path of entries.keys()) {
        if (entries.size <= most) break
        entries.delete(path)
      }
      const lines = [`${heading} ${run + 1}`]
      for (const [path, { stamp, sha256 }] of entries) {
        lines.push(`${sha256} ${stamp} ${path.includes('\n') ? JSON.stringify(path) : path}`)
      }
      const body = `${lines.join('\n')}\n`
      await writeWhole(file, `${body}${checksumOf(body)}\n`)
    },
  }
}

async function load(file: string): Promise<{ run: number; entries: Map<string, Known> }> {
  const nothing = { run: 0, entries: new Map<string, Known>() }
  const text = await readFile(file, 'utf8').catch(() => '')
  const bodyEnd = text.lastIndexOf('\n', text.length - 2) + 1
  const body = text.slice(0, bodyEnd)
  if (!body.startsWith(`${heading} `)) return nothing
  if (text.slice(bodyEnd) !== `${checksumOf(body)}\n`) return nothing
  const run = Number(body.slice(heading.length + 1, body.indexOf('\n')))
  const entries = new Map<string, Known>()
  for (const line of body.slice(body.indexOf('\n') + 1).split('\n')) {
    // A hash, five numbers, and a path that may hold blanks.
    const [all, sha256, stamp, path] = /^([0-9a-f]{64}) ((?:\d+ ){4}\d+) (.+)$/s.exec(line) ?? []
    if (all === undefined || !sha256 || !stamp || !path) continue
    entries.set(path.startsWith('"') ? String(JSON.parse(path)) : path, { stamp, sha256 })
  }
  return { run, entries }
}

const stampOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`

const checksumOf = (body: string): string => createHash('sha256').update(body).digest('hex')

/** In which run of a round a file is read again; spread evenly over paths (FNV-1a). */
function turnOf(path: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < path.length; at += 1) {
    hash = Math.imul(hash ^ path.charCodeAt(at), 0x01000193)
  }
  return (hash >>> 0) % runsPerRound
}
