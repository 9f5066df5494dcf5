import { type BigIntStats, lstat, type Stats } from 'node:fs'
import { readdir, readlink, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { diskProblem } from '../../../adapters/disk/disk-problem.ts'
import type { SourceItem } from '../source.ts'
import { hashFile, readWhole, streamFile, whyUnreadable } from './host-file.ts'
import type { KnownFiles } from './known-files.ts'

export type HostRoot = {
  /** Absolute. */
  path: string
  /** For sentences: "compose file of odin", "data of odin/loki". */
  role: string
  /** Missing is right as well. */
  isOptional?: boolean
  /** Names that are left out wherever they are met below it. */
  withoutNames?: ReadonlySet<string>
}

export type HostTreeOptions = {
  signal?: AbortSignal
  known?: KnownFiles
  /** Absolute paths that are left out with all that is in them. */
  without?: ReadonlySet<string>
  /** What links lead to comes along; also every link on the way to a root. */
  followLinks?: boolean
  /** Smaller files are read as a whole, and at once read again when they changed meanwhile. */
  wholeUpToBytes?: number
  /** Paths of items begin below this directory, which is `.` itself; `/` otherwise. */
  below?: string
}

/** Files and directories of this machine, in the order of their paths. One pass only. */
export interface HostTree extends AsyncIterable<SourceItem> {
  /** A sentence for each thing that should be in and is not. Grows while it is read. */
  gaps(): readonly string[]
  /** Sockets, pipes and devices: they have no content to keep. */
  skipped(): readonly string[]
}

const atOnce = 64
/** Small files of one directory are read so far ahead; a disk answers many as fast as one. */
const ahead = 16
const smallBytes = 64 * 1024
const mostLinks = 40

/**
 * Trees that every machine has of its own. Links that lead there are kept, and what is there is
 * not the stack's.
 */
const ofMachine = /^\/(proc|sys|dev|run|usr|lib|lib64|bin|sbin|boot)(\/|$)/

export function hostTree(roots: readonly HostRoot[], options: HostTreeOptions = {}): HostTree {
  const { signal, known, without, followLinks = false } = options
  const { wholeUpToBytes = smallBytes, below = '/' } = options
  const gaps: string[] = []
  const skipped: string[] = []
  const given = new Set<string>()

  const nameOf = (path: string): string => {
    if (path === below) return '.'
    return path.slice(below === '/' ? 1 : below.length + 1)
  }

  async function* all(): AsyncGenerator<SourceItem> {
    const waiting: Root[] = roots
      .toSorted((a, b) => inOrder(a.path, b.path))
      .map((root) => ({ ...root, links: 0 }))
    for (let root = waiting.shift(); root; root = waiting.shift()) {
      const found: Root[] = []
      if (root.links > mostLinks) gaps.push(`${root.path} is behind a circle of symbolic links.`)
      else yield* followLinks ? onTheWay(root, found) : tree(root, found)
      // Where links lead to: right after what leads there, so that the order stays the same.
      waiting.unshift(...found.filter(({ path }) => !given.has(path)))
    }
  }

  /** Links among the directories above a root are kept as links, and followed. */
  async function* onTheWay(root: Root, found: Root[]): AsyncGenerator<SourceItem> {
    const parts = root.path.split('/').filter((part) => part !== '')
    let path = ''
    for (const [at, part] of parts.slice(0, -1).entries()) {
      path = `${path}/${part}`
      // The top directories, as /var/run, belong to the operating system.
      if (at === 0) continue
      const stats = await look(path)
      if (!stats?.isSymbolicLink()) continue
      const here: Root[] = []
      yield* link({ path, stats }, here, { ...root, path })
      const rest = parts.slice(at + 1).join('/')
      found.push(...here.map((target) => ({ ...target, path: join(target.path, rest) })))
      if (here.length === 0) gaps.push(`${root.path} is behind ${path}, which leads out of reach.`)
      return
    }
    yield* tree(root, found)
  }

  async function* tree(root: Root, found: Root[]): AsyncGenerator<SourceItem> {
    const stats = await look(root.path)
    if (stats === undefined) {
      if (!root.isOptional) gaps.push(`${root.path} is missing, expected the ${root.role}.`)
      return
    }
    const levels = [{ entries: [{ path: root.path, stats }] as Entry[], next: 0 }]
    for (let level = levels.at(-1); level; level = levels.at(-1)) {
      const entry = level.entries[level.next]
      if (entry === undefined) {
        levels.pop()
        continue
      }
      readAhead(level.entries, level.next)
      level.next += 1
      const { path } = entry
      if (isLeftOut(path)) continue
      signal?.throwIfAborted()
      if (entry.stats.isDirectory()) {
        given.add(path)
        yield { ...common(path, entry.stats), type: 'directory', sizeBytes: 0 }
        levels.push({ entries: await entriesOf(path, root), next: 0 })
      } else if (entry.stats.isSymbolicLink()) {
        yield* link(entry, found, root)
      } else if (entry.stats.isFile()) {
        const taken = await (entry.taken ?? take(path, entry.stats))
        entry.taken = undefined
        if ('problem' in taken) {
          if (path === root.path || !isGone(taken.problem)) gaps.push(taken.problem.message)
          continue
        }
        given.add(path)
        yield taken.item
        if (taken.hasChanged?.()) yield* onceMore(path)
      } else skipped.push(path)
    }
  }

  async function entriesOf(directory: string, { withoutNames }: Root): Promise<Entry[]> {
    let names: string[]
    try {
      names = await readdir(directory)
    } catch (error) {
      if (isGone(error)) return []
      gaps.push(diskProblem(error, directory, `${directory} cannot be read`).message)
      return []
    }
    const paths: string[] = []
    for (const name of names.toSorted(inOrder)) {
      if (withoutNames?.has(name)) continue
      // Node puts this sign where a name is not UTF-8; there is no file of that name.
      if (name.includes('\ufffd'))
        gaps.push(`${directory} holds a name that is not UTF-8: ${name}.`)
      else paths.push(join(directory, name))
    }
    const entries: Entry[] = []
    for (let at = 0; at < paths.length; at += atOnce) {
      signal?.throwIfAborted()
      const batch = paths.slice(at, at + atOnce)
      const stats = await lookAtAll(batch)
      for (const [index, path] of batch.entries()) {
        const one = stats[index]
        if (one instanceof Error) gaps.push(one.message)
        // Gone between the listing and the look: that is how it is now.
        else if (one) entries.push({ path, stats: one })
      }
    }
    return entries
  }

  async function* link(
    { path, stats }: Entry,
    found: Root[],
    root: Root,
  ): AsyncGenerator<SourceItem> {
    const linkTo = await readlink(path).catch(() => undefined)
    if (linkTo === undefined) return
    const target = resolve(dirname(path), linkTo)
    const isRoot = path === root.path
    // A link within a directory may lead to the whole of a disk: only files come along from there.
    const isWanted = isRoot || (await stat(target).catch(() => undefined))?.isFile() === true
    if (followLinks && isWanted && !ofMachine.test(target)) {
      found.push({ ...root, path: target, links: root.links + 1, isOptional: !isRoot })
    }
    if (given.has(path)) return
    given.add(path)
    yield { ...common(path, stats), type: 'symlink', sizeBytes: 0, linkTo }
  }

  function readAhead(entries: readonly Entry[], from: number): void {
    for (const entry of entries.slice(from, from + ahead)) {
      const { path, stats } = entry
      if (entry.taken || !stats.isFile() || stats.size > smallBytes || isLeftOut(path)) continue
      entry.taken = take(path, stats)
    }
  }

  /** What is due is read here, so that it is not stored to find out that it is the same. */
  async function surelyKnown(path: string, stats: BigIntStats): Promise<string | undefined> {
    const before = known?.recall(path, stats)
    if (!before?.isDue) return before?.sha256
    if (stats.size <= wholeUpToBytes) return undefined
    const now = await hashFile(path, stats, signal).catch(() => undefined)
    return now === before.sha256 ? now : undefined
  }

  /** Never rejects: what cannot be read is told when its turn comes. */
  async function take(path: string, stats: BigIntStats): Promise<Taken> {
    const sha256 = await surelyKnown(path, stats)
    const remember = (sha256: string, after: BigIntStats) => known?.remember(path, after, sha256)
    const item = { ...common(path, stats), type: 'file' as const, sizeBytes: Number(stats.size) }
    if (sha256 === undefined && stats.size <= wholeUpToBytes) {
      const whole = await readWhole(path, stats).catch((error: Error) => error)
      if (whole instanceof Error) return { problem: whole }
      if (whole.isTorn) gaps.push(`${path} changed each time it was read; it may be half old.`)
      return {
        item: {
          ...item,
          ...common(path, whole.stats),
          sizeBytes: whole.content.length,
          open: () => Readable.from([whole.content], { objectMode: false }),
          onRead: (read) => {
            if (!whole.isTorn) remember(read, whole.stats)
          },
        },
      }
    }
    // Who takes it opens it later: whether it may be read at all is told here.
    const problem = sha256 === undefined ? await whyUnreadable(path) : undefined
    if (problem !== undefined) return { problem }
    let isOpened = false
    let after: BigIntStats | undefined
    return {
      item: {
        ...item,
        ...(sha256 !== undefined && { known: { sha256 } }),
        open: () => {
          isOpened = true
          return streamFile(path, stats, (same) => {
            after = same
          })
        },
        onRead: (read) => {
          if (after) remember(read, after)
        },
      },
      hasChanged: () => isOpened && after === undefined,
    }
  }

  /** What changed while it was read comes a second time, and then stays as it was read. */
  async function* onceMore(path: string): AsyncGenerator<SourceItem> {
    const stats = await look(path)
    if (!stats?.isFile()) return
    const taken = await take(path, stats)
    if ('item' in taken) yield { ...taken.item, again: true }
  }

  const isLeftOut = (path: string): boolean => given.has(path) || without?.has(path) === true

  const common = (path: string, stats: BigIntStats) => ({
    path: nameOf(path),
    mode: Number(stats.mode) & 0o7777,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    mtimeSeconds: Number(stats.mtimeNs) / 1e9,
  })

  /** Undefined where there is nothing; a gap where it cannot be told. */
  async function look(path: string): Promise<BigIntStats | undefined> {
    const [stats] = await lookAtAll([path])
    if (!(stats instanceof Error)) return stats
    gaps.push(stats.message)
    return undefined
  }

  return {
    [Symbol.asyncIterator]: () => all(),
    gaps: () => gaps,
    skipped: () => skipped,
  }
}

type Entry = { path: string; stats: BigIntStats; taken?: Promise<Taken> | undefined }
type Taken = { item: SourceItem; hasChanged?: () => boolean } | { problem: Error }
/** With how many links led to it. */
type Root = HostRoot & { links: number }

/** By code units: the same on every machine, whatever its language. */
const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const isGone = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')

/** With callbacks: a promise for each of 50,000 files costs more than the look itself. */
function lookAtAll(paths: readonly string[]): Promise<(BigIntStats | Error | undefined)[]> {
  const { promise, resolve: done } = Promise.withResolvers<(BigIntStats | Error | undefined)[]>()
  const found: (BigIntStats | Error | undefined)[] = new Array(paths.length)
  let left = paths.length
  for (const [index, path] of paths.entries()) {
    lstat(path, { bigint: true }, (error, stats: Stats | BigIntStats) => {
      if (!error) found[index] = stats as BigIntStats
      else if (!isGone(error)) found[index] = diskProblem(error, path, `${path} cannot be seen`)
      left -= 1
      if (left === 0) done(found)
    })
  }
  if (left === 0) done([])
  return promise
}
