import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { SnapshotFile } from '../../../shared/domain/snapshot.ts'
import { packSha256, readPack } from '../../adapters/archive/read-pack.ts'
import type { ContentCheck } from '../../adapters/archive/tar-entries.ts'
import { readToEnd } from '../hash-content.ts'
import { isLoss } from './is-loss.ts'
import type { Layout } from './layout.ts'

/** Files are not in the repository as they once were. The others have been read. */
export class FilesDamaged extends Error {
  readonly files: readonly SnapshotFile[]

  constructor(files: readonly SnapshotFile[]) {
    const names = files.slice(0, 5).map(({ component, path }) => `${component}/${path}`)
    const more = files.length > 5 ? ` and ${files.length - 5} more` : ''
    super(`The backup of ${names.join(', ')}${more} is damaged; everything else was read.`)
    this.name = 'FilesDamaged'
    this.files = files
  }
}

type Each = (file: SnapshotFile, content: Readable) => Promise<void>

/** A member that several files are the same as is given to all of them from memory, up to this. */
const sharedBytes = 1024 * 1024

/** See `Repository.read`. Rejects with `FilesDamaged` at the end, with what `each` rejects with at once. */
export async function readFiles(
  layout: Layout,
  files: readonly SnapshotFile[],
  each: Each,
  options: { identity?: string | undefined; signal: AbortSignal; packsAtOnce?: number | undefined },
): Promise<void> {
  const damaged: SnapshotFile[] = []
  const contents = files.filter(({ type }) => type === 'file')
  const packs = [...Map.groupBy(contents, (file) => file.pack ?? '')]

  async function readOn(): Promise<void> {
    for (let next = packs.shift(); next !== undefined; next = packs.shift()) {
      const [pack, ofPack] = next
      let rest = ofPack
      // More than once only where large files are the same: each time the next of them is given.
      while (rest.length > 0) {
        const left = await onePass(layout, pack, rest, each, options)
        damaged.push(...left.damaged)
        rest = left.again
      }
    }
  }

  const failed = () => void packs.splice(0)
  const readers = Array.from({ length: options.packsAtOnce ?? 1 }, readOn)
  for (const reader of readers) reader.catch(failed)
  // Each comes to its end, also where one of them fails: nobody writes on behind the caller.
  const ends = await Promise.allSettled(readers)
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  if (damaged.length > 0) throw new FilesDamaged(damaged)
}

async function onePass(
  layout: Layout,
  pack: string,
  files: readonly SnapshotFile[],
  each: Each,
  { identity, signal }: { identity?: string | undefined; signal: AbortSignal },
): Promise<{ damaged: SnapshotFile[]; again: SnapshotFile[] }> {
  const waiting = Map.groupBy(files, (file) => file.member ?? '')
  const damaged: SnapshotFile[] = []
  const again: SnapshotFile[] = []
  let stopped: { by: unknown } | undefined
  /** The rest of a pack is not read for nothing: every file has a checksum of its own. */
  const enough = new Error('Everything that was asked for has been read.')

  async function give(file: SnapshotFile, content: Readable, check: CheckedFile): Promise<void> {
    try {
      await each(file, content)
      if (!content.readableEnded) await readToEnd(content)
    } catch (error) {
      if (!check.isDamaged()) {
        stopped = { by: error }
        throw error
      }
      damaged.push(file)
    }
  }

  /** Read once, and checked as the first of them. */
  async function giveToAll(
    files: readonly SnapshotFile[],
    content: Readable,
    check: CheckedFile,
  ): Promise<void> {
    const whole = await wholeOf(content).catch((error: unknown) => {
      if (!check.isDamaged()) throw error
    })
    for (const file of files) {
      if (whole === undefined || !isSameContent(file, check.file)) damaged.push(file)
      else await give(file, Readable.from([whole], { objectMode: false }), check)
    }
  }

  /** Whose checksum is lost is as it was where the whole pack is. */
  async function withoutLost(path: string): Promise<void> {
    if (files.every(({ sha256 }) => sha256 !== undefined)) return
    const found = await packSha256(path, { signal }).catch((error: unknown) => {
      signal.throwIfAborted()
      if (!isLoss(error)) throw error
    })
    if (found?.sha256 === pack) return
    for (const [member, same] of waiting) {
      damaged.push(...same.filter(({ sha256 }) => sha256 === undefined))
      const known = same.filter(({ sha256 }) => sha256 !== undefined)
      if (known.length > 0) waiting.set(member, known)
      else waiting.delete(member)
    }
  }

  const path = await pathOf(layout, pack)
  if (path.endsWith('.age') && identity === undefined) {
    throw new Error(`${path} is encrypted, and its key is not in the keyring.`)
  }
  await withoutLost(path)
  if (waiting.size === 0) return { damaged, again }
  let check: CheckedFile | undefined
  const options = {
    signal,
    ...(identity !== undefined && { identity }),
    checkOf({ name }: { name: string }) {
      const first = waiting.get(name)?.[0]
      check = first && checkedFile(first)
      return check
    },
  }
  try {
    await readPack(path, options, async ({ name }, content) => {
      const wanted = waiting.get(name)
      const checked = check
      if (!wanted || !checked) return
      waiting.delete(name)
      if (wanted.length > 1 && checked.file.sizeBytes <= sharedBytes) {
        await giveToAll(wanted, content, checked)
      } else {
        again.push(...wanted.slice(1))
        await give(checked.file, content, checked)
      }
      if (waiting.size === 0) throw enough
    })
  } catch (error) {
    signal.throwIfAborted()
    if (error === enough) return { damaged, again }
    if (stopped) throw stopped.by
    if (!isLoss(error)) throw error
    // The pack is damaged, or gone: what it did not give is lost. What is the same as something that
    // it did give comes before the damage, and is read next.
  }
  for (const lost of waiting.values()) damaged.push(...lost)
  return { damaged, again }
}

type CheckedFile = ContentCheck & { file: SnapshotFile; isDamaged(): boolean }

/** Breaks at its end when it is not what the list of files says. */
function checkedFile(file: SnapshotFile): CheckedFile {
  const sum = createHash('sha256')
  let sizeBytes = 0
  let isDamaged = false
  return {
    file,
    isDamaged: () => isDamaged,
    add(bytes) {
      sum.update(bytes)
      sizeBytes += bytes.byteLength
    },
    end() {
      const isTheSame = file.sha256 === undefined || sum.digest('hex') === file.sha256
      isDamaged = sizeBytes !== file.sizeBytes || !isTheSame
      return isDamaged ? new FilesDamaged([file]) : undefined
    },
    broken(error) {
      isDamaged = isLoss(error)
    },
  }
}

const isSameContent = (a: SnapshotFile, b: SnapshotFile): boolean =>
  a.sha256 === b.sha256 && a.sizeBytes === b.sizeBytes

async function wholeOf(content: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of content) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function pathOf(layout: Layout, pack: string): Promise<string> {
  const plain = layout.pack(pack, false)
  const encrypted = layout.pack(pack, true)
  const isEncrypted = await stat(encrypted).then(
    () => true,
    () => false,
  )
  return isEncrypted ? encrypted : plain
}
