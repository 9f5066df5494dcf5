import { isUtf8 } from 'node:buffer'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { createTwoFilesPatch } from 'diff'
import type { SnapshotFile } from '../../../shared/domain/snapshot.ts'
import type { SnapshotChange } from '../../../shared/ipc/backup-view.ts'
import { diffFiles, type FileChange } from '../../../shared/plan/snapshot-diff.ts'
import { maskSecrets } from '../../../shared/text/mask-secrets.ts'
import { FilesDamaged } from '../repository/read-files.ts'
import type { Repository } from '../repository/repository.ts'
import type { BackupSource } from '../sources/source.ts'

/** One of two states that are compared: a snapshot, or what is there now. */
export type Side = {
  files: readonly SnapshotFile[]
  /** Components that it says anything about. */
  components: ReadonlySet<string>
  /** Contents of these, as far as they can be had. */
  contents(
    files: readonly SnapshotFile[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<SnapshotFile, Buffer>>
}

/** Larger texts are compared by a tool of their own. */
const mostBytes = 256 * 1024
const mostTexts = 200
/** Of each side, in memory at once. */
const mostTextBytes = 16 * 1024 * 1024
const mostEdits = 2_000
const diffWithinMs = 50

export async function snapshotSide(repository: Repository, id: string): Promise<Side> {
  const [{ manifest }, files] = await Promise.all([repository.find(id), repository.files(id)])
  return {
    files,
    components: new Set(manifest.components.map((component) => component.id)),
    async contents(wanted, signal) {
      const found = new Map<SnapshotFile, Buffer>()
      const each = async (file: SnapshotFile, content: Readable) => {
        const chunks: Buffer[] = []
        for await (const chunk of content) chunks.push(chunk)
        found.set(file, Buffer.concat(chunks))
      }
      // What is damaged has no text to show; that it is another is known from the lists.
      await repository.read(wanted, each, signal).catch((error: unknown) => {
        if (!(error instanceof FilesDamaged)) throw error
      })
      return found
    },
  }
}

/** Reads these sources as a backup would, and writes nothing. For such as are small. */
export async function presentSide(
  sources: readonly BackupSource[],
  signal: AbortSignal,
): Promise<Side> {
  const files = new Map<string, SnapshotFile>()
  const contents = new Map<SnapshotFile, Buffer>()
  const components = new Set<string>()
  let kept = 0
  for (const source of sources) {
    const opened = await source.open(signal)
    components.add(source.id)
    try {
      for await (const { open, onRead: _, known: __, again: ___, ...item } of opened.items) {
        signal.throwIfAborted()
        const read = open ? await readItem(await open()) : undefined
        const file: SnapshotFile = {
          ...item,
          component: source.id,
          ...(read && { sha256: read.sha256, sizeBytes: read.sizeBytes }),
        }
        files.set(`${source.id}\n${item.path}`, file)
        if (!read?.content || kept > mostTextBytes) continue
        kept += read.content.length
        contents.set(file, read.content)
      }
    } finally {
      await opened.close()
    }
  }
  return { files: [...files.values()], components, contents: async () => contents }
}

async function readItem(
  stream: Readable,
): Promise<{ sha256: string; sizeBytes: number; content: Buffer | undefined }> {
  const hash = createHash('sha256')
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk)
    sizeBytes += chunk.length
    if (sizeBytes <= mostBytes) chunks.push(chunk)
  }
  const content = sizeBytes <= mostBytes ? Buffer.concat(chunks) : undefined
  return { sha256: hash.digest('hex'), sizeBytes, content }
}

/**
 * What became different from one to the other, in the components that both know. Texts are shown
 * as unified diffs in which every secret is hidden: that one has changed shows, not to what.
 */
export async function snapshotChanges(
  before: Side,
  after: Side,
  signal: AbortSignal,
): Promise<SnapshotChange[]> {
  const isKnown = ({ component }: SnapshotFile) =>
    before.components.has(component) && after.components.has(component)
  const changes = diffFiles(before.files.filter(isKnown), after.files.filter(isKnown))
  const shown = fewEnough(changes.filter(mayBeShown))
  const [old, now] = await Promise.all([
    before.contents(shown.flatMap(beforeOf), signal),
    after.contents(shown.flatMap(afterOf), signal),
  ])
  // Nobody keeps this key: what a secret looks like here says nothing anywhere else.
  const key = randomBytes(32)
  const tell = (secret: string) =>
    createHmac('sha256', key).update(secret).digest('hex').slice(0, 4)
  const isShown = new Set(shown)

  function diffOf(change: FileChange): string | null {
    const [was, is] = [textOf(beforeOf(change), old), textOf(afterOf(change), now)]
    if (was === undefined || is === undefined) return null
    const { path } = change
    const masked = (text: string) => maskSecrets(text, path, tell)
    const options = { context: 3, maxEditLength: mostEdits, timeout: diffWithinMs }
    const names = [`before/${path}`, `after/${path}`] as const
    const patch = createTwoFilesPatch(...names, masked(was), masked(is), '', '', options)
    return patch?.includes('\n@@') ? patch : null
  }

  const rows: SnapshotChange[] = []
  for (const change of changes) {
    // Comparing blocks whoever else lives in this process: one text at a time.
    if (isShown.has(change)) await setImmediate(undefined, { signal })
    rows.push({
      component: change.component,
      path: change.path,
      change: change.change,
      sizeBefore: beforeOf(change)[0]?.sizeBytes ?? null,
      sizeAfter: afterOf(change)[0]?.sizeBytes ?? null,
      diff: isShown.has(change) ? diffOf(change) : null,
    })
  }
  return rows
}

function fewEnough(changes: readonly FileChange[]): FileChange[] {
  let bytes = 0
  return changes.slice(0, mostTexts).filter((change) => {
    const sizes = [...beforeOf(change), ...afterOf(change)].map(({ sizeBytes }) => sizeBytes)
    bytes += Math.max(...sizes)
    return bytes <= mostTextBytes
  })
}

const beforeOf = (change: FileChange): SnapshotFile[] =>
  change.change === 'added' ? [] : [change.before]
const afterOf = (change: FileChange): SnapshotFile[] =>
  change.change === 'removed' ? [] : [change.after]

const mayBeShown = (change: FileChange): boolean =>
  change.change !== 'mode' &&
  [...beforeOf(change), ...afterOf(change)].every(
    ({ type, sizeBytes }) => type === 'file' && sizeBytes <= mostBytes,
  )

/** Empty where there is no such file; undefined where it is no text, or could not be read. */
function textOf(
  [file]: readonly SnapshotFile[],
  contents: ReadonlyMap<SnapshotFile, Buffer>,
): string | undefined {
  if (file === undefined) return ''
  const content = contents.get(file)
  if (content === undefined || content.includes(0) || !isUtf8(content)) return undefined
  return content.toString()
}
