import { addAbortSignal, Readable } from 'node:stream'
import { ArchiveDamaged, ArchiveRefused } from './archive-problem.ts'
import { type ByteSource, byteSource } from './byte-source.ts'
import { memberName } from './member-name.ts'
import { nameBook } from './name-book.ts'
import {
  blocksOf,
  isZero,
  type PaxFacts,
  type RawHeader,
  readHeader,
  readPax,
} from './read-header.ts'
import { handOver } from './spent.ts'
import { blockBytes, padding, type TarMember } from './tar-header.ts'

/** More than this is refused. */
export type TarLimits = {
  entries?: number
  /** Of all files together. */
  totalBytes?: number
  /** Of one file. */
  memberBytes?: number
  nameBytes?: number
}

export type TarEntry = {
  /** A hard link is a file without content, and `hardLinkTo` an earlier file of the archive. */
  member: TarMember
  content: Readable
}

/** What an archive holds that no backup keeps. */
export type SkippedEntry = {
  name: string
  kind: 'fifo' | 'character-device' | 'block-device' | 'unreadable-name'
}

export type TarOptions = {
  limits?: TarLimits
  signal?: AbortSignal
  onSkipped?: (entry: SkippedEntry) => void
  /** Nobody else has what the stream gives: see spent.ts. */
  handsOver?: boolean
  /** Everything that is read, in its order, whatever is made of it. */
  onBytes?: (bytes: Uint8Array) => void
  /** Who looks at the content of a member while it is read. */
  checkOf?: (member: TarMember) => ContentCheck | undefined
}

/** Hears of a content what its reader gets of it, and before he does. */
export interface ContentCheck {
  add(bytes: Uint8Array): void
  /** All of it was read; what is returned breaks it. The archive is read on all the same. */
  end(): Error | undefined
  /** It broke off before all of it was read, and why: damaged, or not to be read now. */
  broken(error: unknown): void
}

const defaults = { entries: 5_000_000, totalBytes: 2 ** 44, memberBytes: 2 ** 44, nameBytes: 4096 }
/** Extended attributes stand in extended headers too, and Linux lets one be 64 KiB. */
const extendedHeaderBytes = 1 << 20
/** tar fills up to its record size, 10 KiB unless it is told another. */
const trailingZeros = 1 << 20
const devices: Readonly<Record<string, Exclude<SkippedEntry['kind'], 'unreadable-name'>>> = {
  '3': 'character-device',
  '4': 'block-device',
  '6': 'fifo',
}

/**
 * Reads a tar stream (ustar, pax, GNU) as if whoever wrote it were an enemy. Entries come one by
 * one; what is left of `content` when the next is asked for is passed over. Throws
 * `ArchiveRefused` or `ArchiveDamaged`, also when the stream ends before the archive does.
 * Devices, fifos and names that are no UTF-8 go to `onSkipped`; without it they are refused.
 *
 * Not tar-stream (3.2.2): a pax record of negative length keeps it busy for ever, it holds
 * extended headers of any size in memory, passes entries of unknown kinds on, and reads on after
 * the end of the archive.
 */
export async function* tarEntries(
  stream: Readable,
  options: TarOptions = {},
): AsyncGenerator<TarEntry, void, undefined> {
  const limits = { ...defaults, ...options.limits }
  if (options.signal) addAbortSignal(options.signal, stream)
  const { handsOver, onBytes, checkOf } = options
  const source = byteSource(stream, (bytes) => {
    onBytes?.(bytes)
    return handsOver ? handOver(bytes) : bytes
  })
  const names = nameBook()
  let entries = 0
  let totalBytes = 0
  try {
    for (;;) {
      const head = await nextHead(source, limits.nameBytes)
      if (head === undefined) return
      if (++entries > limits.entries) {
        throw new ArchiveRefused(`The archive has more than ${limits.entries} entries.`)
      }
      const judged = judge(head, limits.nameBytes)
      const { size } = head
      totalBytes += size
      if (size > limits.memberBytes || totalBytes > limits.totalBytes) {
        const most = Math.min(limits.memberBytes, limits.totalBytes)
        throw new ArchiveRefused(`The archive unpacks to more than ${most} bytes.`)
      }
      if ('kind' in judged) {
        if (!options.onSkipped) throw new ArchiveRefused(refusal(judged))
        options.onSkipped(judged)
        await passOver(source, blocksOf(size))
        continue
      }
      names.add(judged)
      const body = memberContent(source, size, checkOf?.(judged))
      yield { member: judged, content: body.content }
      await body.finish()
      await passOver(source, padding(size))
    }
  } finally {
    stream.destroy()
  }
}

const refusal = ({ name, kind }: SkippedEntry): string =>
  kind === 'unreadable-name'
    ? `${JSON.stringify(name)} is no UTF-8 name.`
    : `${JSON.stringify(name)} is a ${kind.replace('-', ' ')}, expected files, directories and links.`

/** The header of the next entry with what extended headers before it say; undefined at the end. */
async function nextHead(source: ByteSource, nameBytes: number): Promise<RawHeader | undefined> {
  let pax: PaxFacts = {}
  let longName: Buffer | undefined
  let longLink: Buffer | undefined
  for (let isFirst = true; ; isFirst = false) {
    const block = await whole(source, blockBytes)
    if (isZero(block)) {
      if (!isFirst) throw new ArchiveDamaged('The archive ends after an extended header.')
      await expectEnd(source)
      return undefined
    }
    const header = readHeader(block)
    if (header.kind === 'x') pax = readPax(await extended(source, header, extendedHeaderBytes))
    else if (header.kind === 'g') {
      const facts = readPax(await extended(source, header, extendedHeaderBytes))
      if (Object.keys(facts).length > 0) {
        throw new ArchiveRefused('The archive has a header that is about all of its entries.')
      }
    } else if (header.kind === 'L') longName = await gnuName(source, header, nameBytes)
    else if (header.kind === 'K') longLink = await gnuName(source, header, nameBytes)
    else {
      return {
        ...header,
        ...pax,
        name: pax.path ?? longName ?? header.name,
        link: pax.linkpath ?? longLink ?? header.link,
      }
    }
  }
}

async function extended(source: ByteSource, header: RawHeader, most: number): Promise<Buffer> {
  if (header.size < 0 || header.size > most) {
    throw new ArchiveRefused(`The archive has an extended header of ${header.size} bytes.`)
  }
  const bytes = await whole(source, blocksOf(header.size))
  return Buffer.from(bytes.subarray(0, header.size))
}

async function gnuName(source: ByteSource, header: RawHeader, most: number): Promise<Buffer> {
  const bytes = await extended(source, header, most + 1)
  const end = bytes.indexOf(0)
  return end === -1 ? bytes : bytes.subarray(0, end)
}

function judge(head: RawHeader, nameBytes: number): TarMember | SkippedEntry {
  const { kind, size } = head
  const device = devices[kind]
  if (device === undefined && !'0125'.includes(kind)) {
    const sparse = kind === 'S' ? ' (a sparse file)' : ''
    throw new ArchiveRefused(`The archive has an entry of kind ${JSON.stringify(kind)}${sparse}.`)
  }
  if (size < 0 || (size > 0 && kind !== '0')) {
    throw new ArchiveRefused('The archive has an entry whose size cannot be.')
  }
  const text = utf8(head.name)
  if (device !== undefined) return { name: text ?? head.name.toString(), kind: device }
  const target = utf8(head.link)
  if (text === undefined || target === undefined) {
    return { name: head.name.toString(), kind: 'unreadable-name' }
  }
  if (kind === '0' && text.endsWith('/')) {
    throw new ArchiveRefused(`${JSON.stringify(text)} is a file with the name of a directory.`)
  }
  const { uid, gid, mtime } = head
  if (uid < 0 || gid < 0) throw new ArchiveRefused('The archive has an owner below zero.')
  const member = {
    name: memberName(text, nameBytes),
    mode: head.mode & 0o7777,
    uid,
    gid,
    mtimeSeconds: mtime,
    sizeBytes: size,
  }
  if (kind === '5') return { ...member, type: 'directory' }
  if (member.name === '.') {
    throw new ArchiveRefused('The root of the archive is no directory.')
  }
  if (kind === '1') return { ...member, type: 'file', hardLinkTo: memberName(target, nameBytes) }
  if (kind === '0') return { ...member, type: 'file' }
  if (target === '' || target.includes('\0') || head.link.length > nameBytes) {
    throw new ArchiveRefused(`${JSON.stringify(text)} is a link to nowhere.`)
  }
  return { ...member, type: 'symlink', linkTo: target }
}

function utf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const cutOff = (): ArchiveDamaged => new ArchiveDamaged('The archive is cut off.')

async function whole(source: ByteSource, bytes: number): Promise<Buffer> {
  const taken = await source.take(bytes)
  if (taken.length < bytes) throw cutOff()
  return taken
}

/** After one block of zeros: another one, and nothing but zeros to the end of the stream. */
async function expectEnd(source: ByteSource): Promise<void> {
  let rest = await whole(source, blockBytes)
  for (let zeros = 0; ; zeros += rest.length) {
    if (!isZero(rest)) throw new ArchiveRefused('The archive goes on after its end.')
    if (zeros > trailingZeros) throw new ArchiveRefused('The archive does not end.')
    const more = await source.some(trailingZeros)
    if (more === undefined) return
    rest = more
  }
}

async function passOver(source: ByteSource, bytes: number): Promise<void> {
  for (let left = bytes; left > 0; ) {
    const passed = await source.some(left)
    if (passed === undefined) throw cutOff()
    left -= passed.length
  }
}

/** The content as a stream of its own; `finish` passes over what nobody read. */
function memberContent(
  source: ByteSource,
  size: number,
  check: ContentCheck | undefined,
): { content: Readable; finish(): Promise<void> } {
  let left = size
  let reading: Promise<void> | undefined
  let failure: unknown

  async function readOn(): Promise<void> {
    try {
      const chunk = await source.some(left)
      if (chunk === undefined) throw cutOff()
      left -= chunk.length
      check?.add(chunk)
      content.push(chunk)
      if (left === 0) end()
    } catch (error) {
      failure = error
      check?.broken(error)
      content.destroy(error as Error)
    }
  }

  function end(): void {
    const problem = check?.end()
    if (problem) content.destroy(problem)
    else content.push(null)
  }

  const content = new Readable({
    highWaterMark: 256 * 1024,
    read() {
      reading = readOn()
    },
  })
  // Whoever has stopped reading it hears of the failure from the archive as a whole.
  content.on('error', () => undefined)
  if (left === 0) end()

  return {
    content,
    async finish() {
      if (!content.readableEnded) content.destroy()
      await reading
      if (failure !== undefined) throw failure
      const rest = left
      left = 0
      await passOver(source, rest)
    },
  }
}
