import type { SnapshotFile } from '../../../shared/domain/snapshot.ts'
import { packSha256, readPack } from '../../adapters/archive/read-pack.ts'
import { hashContent } from '../hash-content.ts'
import { isLoss } from './is-loss.ts'
import type { Layout } from './layout.ts'
import { checkPapers } from './papers/check-papers.ts'
import type { Damage, OnBytes } from './repository.ts'

type VerifyParts = {
  layout: Layout
  identity?: string | undefined
  /** Lists of encrypted snapshots; rejects where there is no key. */
  filesOf: (id: string) => Promise<readonly SnapshotFile[]>
  signal: AbortSignal
  onBytes: OnBytes
}

/**
 * Reads every byte of the papers and packs of these snapshots. A pack that several need is read
 * once. One entry for each snapshot, in the same order; a sound one names nothing.
 */
export async function verifySnapshots(
  ids: readonly string[],
  { layout, identity, filesOf, signal, onBytes }: VerifyParts,
): Promise<Damage[]> {
  const packs = new Map<string, Promise<boolean>>()
  const survivors = new Map<string, Promise<Survivors>>()
  let read = { files: 0, bytes: 0 }

  function isSound(path: string, pack: string): Promise<boolean> {
    const before = packs.get(path)
    if (before) return before
    const checking = hasItsName(path, pack)
    packs.set(path, checking)
    return checking
  }

  async function hasItsName(path: string, pack: string): Promise<boolean> {
    try {
      const { sha256 } = await packSha256(path, {
        signal,
        onBytes(bytes) {
          read = { ...read, bytes: read.bytes + bytes }
          onBytes({ component: pack, ...read })
        },
      })
      return sha256 === pack
    } catch (error) {
      signal.throwIfAborted()
      if (!isLoss(error)) throw error
      return false
    }
  }

  function survivorsOf(path: string): Promise<Survivors> {
    const before = survivors.get(path)
    if (before) return before
    const reading = readSurvivors(path, { identity, signal })
    survivors.set(path, reading)
    return reading
  }

  async function verifyOne(id: string): Promise<Damage> {
    const papers = await checkPapers(layout.snapshot(id), id)
    const encrypted = papers.manifest?.encrypted ?? false
    const damaged: string[] = []
    for (const pack of papers.packs) {
      signal.throwIfAborted()
      if (!(await isSound(layout.pack(pack, encrypted), pack))) damaged.push(pack)
    }
    const lost: string[] = []
    if (damaged.length > 0) {
      const files = papers.files ?? (await filesOf(id).catch(() => []))
      for (const file of files) {
        if (file.pack === undefined || !damaged.includes(file.pack)) continue
        const found = (await survivorsOf(layout.pack(file.pack, encrypted))).get(file.member ?? '')
        if (found === undefined || found !== file.sha256)
          lost.push(`${file.component}/${file.path}`)
      }
    }
    return {
      snapshot: id,
      packs: damaged,
      files: lost,
      papers: [...new Set(papers.problems.map(({ paper }) => paper))],
    }
  }

  const found: Damage[] = []
  for (const id of ids) found.push(await verifyOne(id))
  return found
}

export const isDamaged = ({ packs, files, papers }: Damage): boolean =>
  packs.length + files.length + papers.length > 0

/** By member, the hash of its content. */
type Survivors = ReadonlyMap<string, string>

/** What a damaged pack still gives. */
async function readSurvivors(
  path: string,
  { identity, signal }: { identity: string | undefined; signal: AbortSignal },
): Promise<Survivors> {
  const found = new Map<string, string>()
  const options = { signal, ...(identity !== undefined && { identity }) }
  await readPack(path, options, async ({ name }, content) => {
    found.set(name, await hashContent(content))
  }).catch(() => signal.throwIfAborted())
  return found
}
