import { createReadStream } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { tarEntries } from '../../../adapters/archive/tar-entries.ts'
import { type TarItem, writeTar } from '../../../adapters/archive/tar-writer.ts'
import { diskProblem } from '../../../adapters/disk/disk-problem.ts'
import { syncDirectory } from '../../../adapters/disk/sync-directory.ts'
import type { EngineHands } from '../../../adapters/docker/hands/engine-hands.ts'
import { isUlid } from './temporary-prometheus.ts'

/** What a block says of itself. `to` is the last millisecond that it covers. */
export type Block = { ulid: string; from: number; to: number; samples: number }

const meta = z.object({
  minTime: z.number(),
  maxTime: z.number(),
  stats: z.object({ numSamples: z.number().nullish() }).nullish(),
})

/** Copies a directory of a container into a tar file, which is there whole or not at all. */
export async function copyOut(
  hands: EngineHands,
  containerId: string,
  path: string,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const partial = join(dirname(file), `.${basename(file)}.partial`)
  try {
    await rm(partial, { force: true })
    const handle = await open(partial, 'wx', 0o600)
    try {
      const tar = await hands.readArchive(containerId, path, signal)
      await handle.writeFile(tar, { signal })
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(partial, file)
    await syncDirectory(dirname(file))
  } catch (error) {
    await rm(partial, { force: true })
    signal.throwIfAborted()
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
    throw diskProblem(error, file, `${path} cannot be copied to ${file}`)
  }
}

export const hasCopy = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  )

/** The blocks of a copy. Rejects when one of them is not whole. */
export async function blocksIn(file: string): Promise<Block[]> {
  const blocks: Block[] = []
  const seen = new Map<string, Set<string>>()
  for await (const { ulid, below, entry } of entriesOf(file)) {
    const parts = seen.get(ulid) ?? new Set()
    seen.set(ulid, parts.add(below))
    if (below !== 'meta.json') continue
    const { minTime, maxTime, stats } = meta.parse(JSON.parse(await text(entry.content)))
    // In blocks the end is open.
    blocks.push({ ulid, from: minTime, to: maxTime - 1, samples: stats?.numSamples ?? 0 })
  }
  for (const [ulid, parts] of seen) {
    if (!parts.has('meta.json') || !parts.has('index')) {
      throw new Error(`Block ${ulid} in ${file} is not whole.`)
    }
  }
  return blocks
}

/**
 * Unpacks blocks of a copy into a directory of a container, for this owner. What makes a directory
 * a block, its `meta.json`, comes last: until then Prometheus passes it over (its db.go,
 * `openBlocks`, 2.53 and 3.4), so that half of it harms nobody.
 */
export async function copyIn(
  { file, ulids }: { file: string; ulids: readonly string[] },
  { hands, containerId, path }: { hands: EngineHands; containerId: string; path: string },
  owner: { uid: number; gid: number },
  signal: AbortSignal,
): Promise<void> {
  async function* items(): AsyncGenerator<TarItem> {
    for (const wanted of ['all but meta.json', 'meta.json'] as const) {
      for await (const { ulid, below, entry } of entriesOf(file)) {
        if (!ulids.includes(ulid)) continue
        if ((below === 'meta.json') !== (wanted === 'meta.json')) continue
        const { member, content } = entry
        const name = below === '' ? ulid : `${ulid}/${below}`
        yield { member: { ...member, ...owner, name }, content }
      }
    }
  }
  if (ulids.length > 0) await hands.writeArchive(containerId, path, writeTar(items()), signal)
}

/** Only directories and files in blocks; the copy may begin one directory further up. */
async function* entriesOf(file: string) {
  for await (const entry of tarEntries(createReadStream(file))) {
    const names = entry.member.name.split('/')
    const at = names.findIndex(isUlid)
    const { type, hardLinkTo } = entry.member
    if (at < 0 || at > 1 || type === 'symlink' || hardLinkTo !== undefined) continue
    yield { ulid: names[at] ?? '', below: names.slice(at + 1).join('/'), entry }
  }
}
