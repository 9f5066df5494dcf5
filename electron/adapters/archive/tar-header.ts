import type { PackMember } from './pack-member.ts'

/** A member, or another name of a file that came before. */
export type TarMember = PackMember & { hardLinkTo?: string }

export const blockBytes = 512

/** How many zeros fill the last block of a content. */
export const padding = (sizeBytes: number): number =>
  (blockBytes - (sizeBytes % blockBytes)) % blockBytes

const largest = { id: 0o7777777, size: 0o77777777777, time: 0o77777777777 }
/** Some file systems hold later times than a Date. */
const latest = 8_640_000_000_000
const kinds = { file: '0', directory: '5', symlink: '2' } as const

/**
 * The header of a member: ustar, and before it a pax header with what ustar cannot say.
 *
 * Not tar-stream (3.2.2): as soon as there is a pax record, it names every entry "PaxHeader" in
 * its ustar header. Busybox's tar reads no pax records, and would unpack all files over one
 * another. Here the ustar header says as much as it can hold.
 */
export function encodeHeader(member: TarMember): Buffer {
  const name = member.type === 'directory' ? `${member.name}/` : member.name
  const link = member.hardLinkTo ?? member.linkTo ?? ''
  const size = member.hardLinkTo === undefined && member.type === 'file' ? member.sizeBytes : 0
  const time = Math.min(Math.max(member.mtimeSeconds, -latest), latest)
  const seconds = Math.floor(time)
  const placed = splitName(name)
  const extra: [string, string][] = []
  if (!placed || !isAscii(name)) extra.push(['path', name])
  if (Buffer.byteLength(link) > 100 || !isAscii(link)) extra.push(['linkpath', link])
  if (size > largest.size) extra.push(['size', String(size)])
  if (member.uid > largest.id) extra.push(['uid', String(member.uid)])
  if (member.gid > largest.id) extra.push(['gid', String(member.gid)])
  if (seconds !== time || seconds < 0 || seconds > largest.time) {
    extra.push(['mtime', decimal(time)])
  }
  const common = { mtime: seconds >= 0 && seconds <= largest.time ? seconds : 0 }
  const own = ustar({
    ...common,
    ...(placed ?? { name: cut(name, 100), prefix: '' }),
    mode: member.mode & 0o7777,
    uid: member.uid > largest.id ? 0 : member.uid,
    gid: member.gid > largest.id ? 0 : member.gid,
    size: size > largest.size ? 0 : size,
    kind: member.hardLinkTo === undefined ? kinds[member.type] : '1',
    link: cut(link, 100),
  })
  if (extra.length === 0) return own
  const records = Buffer.concat(extra.map(([key, value]) => paxRecord(key, value)))
  const leaf = member.name.slice(member.name.lastIndexOf('/') + 1)
  const before = ustar({
    ...common,
    name: `PaxHeaders/${cut(leaf, 80)}`,
    prefix: '',
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: records.length,
    kind: 'x',
    link: '',
  })
  return Buffer.concat([before, records, Buffer.alloc(padding(records.length)), own])
}

type Ustar = {
  name: string
  prefix: string
  mode: number
  uid: number
  gid: number
  size: number
  mtime: number
  kind: string
  link: string
}

function ustar(fields: Ustar): Buffer {
  const block = Buffer.alloc(blockBytes)
  const octal = (value: number, at: number, digits: number): void => {
    block.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'latin1')
  }
  block.write(fields.name, 0)
  octal(fields.mode, 100, 7)
  octal(fields.uid, 108, 7)
  octal(fields.gid, 116, 7)
  octal(fields.size, 124, 11)
  octal(fields.mtime, 136, 11)
  block.write(fields.kind, 156, 'latin1')
  block.write(fields.link, 157)
  block.write('ustar\x0000', 257, 'latin1')
  octal(0, 329, 7)
  octal(0, 337, 7)
  block.write(fields.prefix, 345)
  block.write(`${headerSum(block).toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

/** The sum of all bytes, with spaces where the sum itself stands. */
export function headerSum(block: Uint8Array): number {
  let sum = 8 * 32
  for (let at = 0; at < blockBytes; at++) {
    if (at < 148 || at >= 156) sum += block[at] ?? 0
  }
  return sum
}

/** Up to 100 bytes, or up to 155 before a slash and up to 100 after it. */
function splitName(name: string): { name: string; prefix: string } | undefined {
  if (Buffer.byteLength(name) <= 100) return { name, prefix: '' }
  for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1)) {
    const prefix = name.slice(0, at)
    const rest = name.slice(at + 1)
    if (Buffer.byteLength(prefix) > 155) return undefined
    if (rest !== '' && Buffer.byteLength(rest) <= 100) return { name: rest, prefix }
  }
  return undefined
}

/** The first bytes of it, never half a character. */
function cut(text: string, bytes: number): string {
  let kept = text
  while (Buffer.byteLength(kept) > bytes) kept = kept.slice(0, -1)
  return kept.isWellFormed() ? kept : kept.slice(0, -1)
}

/** The length that stands before a record counts its own digits. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`)
  let length = rest + String(rest).length
  length = rest + String(length).length
  return Buffer.from(`${length} ${key}=${value}\n`)
}

const isAscii = (text: string): boolean => Buffer.byteLength(text) === text.length
/** The fewest digits that are read as the same number again. */
const decimal = (seconds: number): string => (Math.abs(seconds) < 1e-6 ? '0' : String(seconds))
