import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { openPackWriter } from '../../adapters/archive/pack-writer.ts'
import { packSha256, readPack } from '../../adapters/archive/read-pack.ts'
import { writeWhole } from '../../adapters/disk/write-whole.ts'
import { hashContent } from '../hash-content.ts'
import { entryOf, itemsIn, type PlaceAt, withHelper } from './place.ts'
import type { Tree, TreeEntry } from './tree.ts'

const entrySchema = z.strictObject({
  path: z.string(),
  type: z.enum(['file', 'directory', 'symlink']),
  mode: z.number(),
  uid: z.number(),
  gid: z.number(),
  mtimeSeconds: z.number(),
  sizeBytes: z.number(),
  sha256: z.string().exactOptional(),
  linkTo: z.string().exactOptional(),
})
const listSchema = z.strictObject({ pack: z.string(), entries: z.array(entrySchema) })

const packIn = (directory: string) => join(directory, 'before.tar.zst')
const listIn = (directory: string) => join(directory, 'before.json')

/**
 * Keeps what a place holds, in a directory of this machine: an archive that was synced and read
 * back, and a list of what is in it. The list comes last: where there is one, nothing is kept again.
 */
export async function keepPreImage(at: PlaceAt, directory: string): Promise<void> {
  if (await preImage(directory)) return
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await rm(packIn(directory), { force: true })
  const writer = await openPackWriter(packIn(directory), { level: 1 })
  const entries: TreeEntry[] = []
  try {
    await withHelper(at, true, async (containerId) => {
      for await (const item of itemsIn(at, containerId)) {
        const entry = entryOf(item, undefined)
        const { path: name, mode, uid, gid, mtimeSeconds } = entry
        const common = { name, mode, uid, gid, mtimeSeconds }
        if (item.type === 'file') {
          const content = await item.open?.()
          const { sizeBytes } = item
          const { sha256 } = await writer.add({ ...common, type: 'file', sizeBytes }, content)
          entries.push({ ...entry, sha256 })
          continue
        }
        const { type, linkTo } = item
        await writer.add({ ...common, type, sizeBytes: 0, ...(linkTo !== undefined && { linkTo }) })
        entries.push({ ...entry, sizeBytes: 0 })
      }
    })
    const { sha256 } = await writer.finish()
    await mustRead(directory, sha256, entries, at.signal)
    await writeWhole(listIn(directory), JSON.stringify({ pack: sha256, entries }))
  } catch (error) {
    await writer.abandon().catch(() => {})
    throw error
  }
}

/**
 * Undefined where none was kept to its end. `mustBeWhole` rejects where the archive is not as it was
 * written, which its reader would notice in its middle.
 */
export async function preImage(
  directory: string,
): Promise<(Tree & { mustBeWhole(signal: AbortSignal): Promise<void> }) | undefined> {
  const text = await readFile(listIn(directory), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  const { pack, entries } = listSchema.parse(JSON.parse(text))
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  return {
    entries,
    async mustBeWhole(signal) {
      const path = packIn(directory)
      const found = await packSha256(path, { signal })
      if (found.sha256 === pack) return
      throw new Error(
        `What was kept in ${path} is damaged, so nothing is taken back and all is left as it is. Look at the disk, or restore the snapshot from before.`,
      )
    },
    read: (each, signal) =>
      readPack(packIn(directory), { signal }, async ({ name, type }, content) => {
        const entry = byPath.get(name)
        if (type === 'file' && entry) await each(entry, content)
      }),
  }
}

async function mustRead(
  directory: string,
  pack: string,
  entries: readonly TreeEntry[],
  signal: AbortSignal,
): Promise<void> {
  const path = packIn(directory)
  const broken = `What was kept in ${path} is not what was read. Look at the disk, then try again.`
  if ((await packSha256(path, { signal })).sha256 !== pack) throw new Error(broken)
  const sums = new Map(entries.map(({ path, sha256 }) => [path, sha256]))
  await readPack(path, { signal }, async ({ name, type }, content) => {
    if (type !== 'file') return
    if ((await hashContent(content)) !== sums.get(name)) throw new Error(broken)
  })
}
