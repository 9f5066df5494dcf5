import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { sha256Of } from '../../adapters/disk/content-hash.ts'
import { pathsBelow, readSmallFile } from '../../adapters/disk/small-file.ts'
import { writeWhole } from '../../adapters/disk/write-whole.ts'

type Kept = { contents: Record<string, string>; modes: Record<string, number> }

/** The bytes of what was accepted, each content once and under its own hash. */
export interface AcceptedContents {
  /**
   * Keeps the bytes of these files, given with their accepted hashes, and of the files below
   * those that are directories. Answers the hash of what is kept, and its permission bits, by its
   * path. What is too large is left out, as is a file that has changed since it was looked at.
   */
  keep(files: Readonly<Record<string, string>>): Promise<Kept>
  /** Exactly the bytes with this hash; undefined where they are not kept any more, or damaged. */
  of(sha256: string): Promise<Buffer | undefined>
  /** Removes what no baseline names. Does nothing while a baseline cannot be read. */
  sweep(): Promise<void>
}

export const mostFileBytes = 256 * 1024
const mostBytes = 16 * 1024 * 1024
const mostFiles = 500
export const walkLimits = { entries: mostFiles, depth: 8 }
/** Another process may have written it and not yet named it. */
const youngMs = 3_600_000

const named = z.looseObject({
  baseline: z.looseObject({ contents: z.record(z.string(), z.string()).optional() }).nullable(),
})

export function acceptedContents(parts: {
  stateDirectory: string
  now: () => number
}): AcceptedContents {
  const baselines = join(parts.stateDirectory, 'baselines')
  const directory = join(baselines, 'content')

  async function of(sha256: string): Promise<Buffer | undefined> {
    if (!/^[0-9a-f]{64}$/.test(sha256)) return undefined
    const bytes = await readFile(join(directory, sha256)).catch(() => undefined)
    return bytes && sha256Of(bytes) === sha256 ? bytes : undefined
  }

  async function write(bytes: Buffer, sha256: string): Promise<void> {
    const path = join(directory, sha256)
    const at = new Date(parts.now())
    if (await of(sha256)) await utimes(path, at, at).catch(() => undefined)
    else await writeWhole(path, bytes, { mode: 0o600 })
  }

  /** The names of all that some baseline needs; undefined where one of them cannot be read. */
  async function wanted(): Promise<Set<string> | undefined> {
    const names = new Set<string>()
    for (const entry of await readdir(baselines)) {
      if (!entry.endsWith('.json')) continue
      const read = await readFile(join(baselines, entry), 'utf8').then(parsed, () => undefined)
      if (!read) return undefined
      for (const sha256 of Object.values(read.baseline?.contents ?? {})) names.add(sha256)
    }
    return names
  }

  return {
    of,
    async keep(files) {
      const kept: Record<string, string> = {}
      const modes: Record<string, number> = {}
      let total = 0
      const keepOne = async (path: string, expected?: string): Promise<boolean> => {
        const file = await readSmallFile(path, mostFileBytes).catch(() => undefined)
        if (!file || total + file.bytes.length > mostBytes) return false
        if (Object.keys(kept).length >= mostFiles) return false
        const sha256 = sha256Of(file.bytes)
        if (expected !== undefined && expected !== sha256) return false
        await write(file.bytes, sha256)
        total += file.bytes.length
        kept[path] = sha256
        modes[path] = file.mode
        return true
      }
      for (const [path, sha256] of Object.entries(files)) {
        const isDirectory = await stat(path).then(
          (stats) => stats.isDirectory(),
          () => false,
        )
        if (!isDirectory) await keepOne(path, sha256)
        else for (const one of (await pathsBelow(path, walkLimits)).paths) await keepOne(one)
      }
      return { contents: kept, modes }
    },
    async sweep() {
      const names = await wanted().catch(() => undefined)
      if (!names) return
      for (const entry of await readdir(directory).catch(() => [])) {
        if (names.has(entry)) continue
        const path = join(directory, entry)
        const stats = await stat(path).catch(() => undefined)
        if (stats && parts.now() - stats.mtimeMs > youngMs) await rm(path, { force: true })
      }
    },
  }
}

function parsed(text: string): z.infer<typeof named> | undefined {
  try {
    return named.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
