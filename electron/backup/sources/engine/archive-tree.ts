import { posix } from 'node:path'
import { Readable } from 'node:stream'
import { ArchiveDamaged } from '../../../adapters/archive/archive-problem.ts'
import { type TarEntry, tarEntries } from '../../../adapters/archive/tar-entries.ts'
import { engineFailure } from '../../../adapters/docker/engine-failure.ts'
import type { EngineHands } from '../../../adapters/docker/hands/engine-hands.ts'
import { hashContent } from '../../hash-content.ts'
import type { SourceItem } from '../source.ts'

export type ArchiveTreeOptions = {
  hands: EngineHands
  containerId: string
  /** The directory in the container that becomes `.`. */
  root: string
  signal: AbortSignal
  /** Somebody may write meanwhile: everything is looked at a second time. */
  isLive: boolean
  /** By path below the root; all otherwise. `.` is always in. */
  take?: (path: string) => boolean
}

export interface ArchiveTree extends AsyncIterable<SourceItem> {
  /** Grows while it is read. */
  gaps(): readonly string[]
  /** Pipes and devices: they have no content to keep. */
  skipped(): readonly string[]
}

type Seen = { sizeBytes: number; mtimeSeconds: number; mode: number; sha256?: string }
type Member = TarEntry['member']

/** Engines tell times in whole seconds in archives (moby's FileInfoHeader, 20.10 to 28). */
const youngSeconds = 2
const mostPasses = 3
const mostAgain = 500

/**
 * A directory in a container that does not run, by the engine's archive API: no program in the
 * image is needed. One pass; where somebody may write meanwhile a second one that only compares.
 */
export function archiveTree(options: ArchiveTreeOptions): ArchiveTree {
  const { hands, containerId, root, signal, isLive, take = () => true } = options
  const gaps: string[] = []
  const skipped = new Set<string>()
  const seen = new Map<string, Seen>()
  const doubtful = new Set<string>()

  const read = (path: string) => readTree(options, path, (name) => skipped.add(name), gaps)

  const itemOf = (member: Member, path: string, open?: SourceItem['open']): SourceItem => ({
    path,
    type: member.type,
    mode: member.mode,
    uid: member.uid,
    gid: member.gid,
    mtimeSeconds: member.mtimeSeconds,
    sizeBytes: member.sizeBytes,
    ...(member.linkTo !== undefined && { linkTo: member.linkTo }),
    ...(open && { open }),
  })

  async function* all(): AsyncGenerator<SourceItem> {
    const { now } = await hands.identity(signal)
    const hardLinks: { path: string; member: Member }[] = []
    for (let passes = 1; ; passes += 1) {
      let last: string | undefined
      try {
        for await (const { path, member, content } of read(root)) {
          if (seen.has(path) || (path !== '.' && !take(path))) continue
          const one: Seen = stampOf(member)
          seen.set(path, one)
          if (member.hardLinkTo !== undefined) hardLinks.push({ path, member })
          else if (member.type !== 'file') yield itemOf(member, path)
          else {
            last = path
            yield {
              ...itemOf(member, path, () => content),
              onRead: (sha256) => {
                one.sha256 = sha256
              },
            }
          }
        }
        break
      } catch (error) {
        // The engine cuts an archive off where a file has become shorter while it was read.
        if (!(error instanceof ArchiveDamaged) || !isLive || passes === mostPasses) throw error
        if (last !== undefined) doubtful.add(last)
      }
    }
    for (const { path, member } of hardLinks) {
      // Its content came with the name it is linked to; read by itself it is a file of its own.
      const sizeBytes = seen.get(nameBelow(root, member.hardLinkTo ?? ''))?.sizeBytes ?? 0
      yield itemOf({ ...member, type: 'file', sizeBytes }, path, () =>
        Readable.from(contentOf(posix.join(root, path)), { objectMode: false }),
      )
    }
    if (isLive) yield* onceMore(now / 1000)
  }

  async function* contentOf(path: string): AsyncGenerator<Buffer> {
    for await (const { content } of read(path)) yield* content as AsyncIterable<Buffer>
  }

  /** What is not as it was when it was read comes again. */
  async function* onceMore(beganSeconds: number): AsyncGenerator<SourceItem> {
    const changed = await whatChanged(beganSeconds)
    for (const path of [...changed].slice(0, mostAgain)) {
      signal.throwIfAborted()
      const inContainer = posix.join(root, path)
      const before = await hands.statPath(containerId, inContainer, signal)
      if (before === undefined) continue
      for await (const { member, content } of read(inContainer)) {
        if (member.type === 'directory') break
        const again = seen.has(path) && { again: true as const }
        const open = member.type === 'file' ? () => content : undefined
        yield { ...itemOf(member, path, open), ...again }
      }
      const after = await hands.statPath(containerId, inContainer, signal)
      if (after && (after.sizeBytes !== before.sizeBytes || after.mtime !== before.mtime))
        gaps.push(`${path} changed each time it was read; it may be half old.`)
    }
    if (changed.size > mostAgain)
      gaps.push(`${changed.size - mostAgain} files changed while they were read, and are half old.`)
  }

  async function whatChanged(beganSeconds: number): Promise<ReadonlySet<string>> {
    const changed = new Set(doubtful)
    try {
      for await (const { path, member, content } of read(root)) {
        if (member.type !== 'file' || member.hardLinkTo !== undefined || !take(path)) continue
        const before = seen.get(path)
        const now = stampOf(member)
        const isSame =
          before?.sizeBytes === now.sizeBytes &&
          before.mtimeSeconds === now.mtimeSeconds &&
          before.mode === now.mode
        // Within one second a file can change twice and still show the same time.
        const isYoung = now.mtimeSeconds >= beganSeconds - youngSeconds
        if (!isSame || (isYoung && (await hashContent(content)) !== before?.sha256))
          changed.add(path)
      }
    } catch (error) {
      if (!(error instanceof ArchiveDamaged)) throw error
      gaps.push('What changed while it was read is not known: files grew shorter all the time.')
    }
    return changed
  }

  return {
    [Symbol.asyncIterator]: () => all(),
    gaps: () => gaps,
    skipped: () => [...skipped],
  }
}

/** The entry of the path itself: of a directory without what is in it. */
export async function archiveEntry(
  options: Pick<ArchiveTreeOptions, 'hands' | 'containerId' | 'signal'>,
  path: string,
): Promise<Member | undefined> {
  for await (const { member } of readTree(options, path, () => {}, [])) return member
  return undefined
}

/** Names directly below a directory. All that is in it passes by, unread. */
export async function archiveNames(
  options: Pick<ArchiveTreeOptions, 'hands' | 'containerId' | 'signal'>,
  path: string,
): Promise<readonly string[]> {
  const names = new Set<string>()
  for await (const one of readTree(options, path, () => {}, [])) {
    const [name = '.'] = one.path.split('/')
    if (name !== '.') names.add(name)
  }
  return [...names]
}

async function* readTree(
  { hands, containerId, signal }: Pick<ArchiveTreeOptions, 'hands' | 'containerId' | 'signal'>,
  root: string,
  onSkipped: (path: string) => void,
  gaps: string[],
): AsyncGenerator<TarEntry & { path: string }> {
  const stream = await hands.readArchive(containerId, root, signal)
  try {
    const entries = tarEntries(stream, {
      signal,
      onSkipped({ name, kind }) {
        const path = nameBelow(root, name)
        if (kind !== 'unreadable-name') onSkipped(path)
        else gaps.push(`${path} has a name that is not UTF-8, so it was left out.`)
      },
    })
    for await (const entry of entries) {
      yield { ...entry, path: nameBelow(root, entry.member.name) }
    }
  } catch (error) {
    throw whatBroke(error, hands.endpoint, signal)
  } finally {
    // The engine holds the container until its stream is over.
    stream.destroy()
  }
}

/** A connection that broke says so in the words of the engine's failures. */
function whatBroke(error: unknown, endpoint: string, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason
  const { code } = error as NodeJS.ErrnoException
  return code === undefined ? error : engineFailure(endpoint, error)
}

/** An archive of `/a/b` begins with `b`. */
function nameBelow(root: string, name: string): string {
  const top = posix.basename(root)
  if (name === top || name === '.') return '.'
  return name.startsWith(`${top}/`) ? name.slice(top.length + 1) : name
}

const stampOf = ({ sizeBytes, mtimeSeconds, mode }: Member): Seen => ({
  sizeBytes,
  mtimeSeconds,
  mode,
})
