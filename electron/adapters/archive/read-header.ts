import { ArchiveDamaged, ArchiveRefused } from './archive-problem.ts'
import { blockBytes, headerSum } from './tar-header.ts'

/** A header block as it stands in the archive, nothing of it judged but its form. */
export type RawHeader = {
  name: Buffer
  link: Buffer
  mode: number
  uid: number
  gid: number
  size: number
  mtime: number
  kind: string
}

export const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0)

export function readHeader(block: Buffer): RawHeader {
  if (readNumber(block, 148, 8) !== headerSum(block)) {
    throw new ArchiveDamaged('A header of the archive does not add up to its checksum.')
  }
  const format = block.toString('latin1', 257, 265)
  const isGnu = format === 'ustar  \0'
  if (!isGnu && format !== 'ustar\x0000') {
    throw new ArchiveRefused('The archive is neither in the POSIX nor in the GNU format.')
  }
  const name = field(block, 0, 100)
  // GNU keeps times where POSIX has the beginning of a long name.
  const prefix = isGnu ? Buffer.alloc(0) : field(block, 345, 155)
  const flag = block.readUInt8(156)
  return {
    name: prefix.length > 0 ? Buffer.concat([prefix, Buffer.from('/'), name]) : name,
    link: field(block, 157, 100),
    mode: readNumber(block, 100, 8),
    uid: readNumber(block, 108, 8),
    gid: readNumber(block, 116, 8),
    size: readNumber(block, 124, 12),
    mtime: readNumber(block, 136, 12),
    kind: flag === 0 ? '0' : String.fromCharCode(flag),
  }
}

function field(block: Buffer, at: number, bytes: number): Buffer {
  const whole = block.subarray(at, at + bytes)
  const end = whole.indexOf(0)
  return Buffer.from(end === -1 ? whole : whole.subarray(0, end))
}

/** Octal digits, or with the highest bit set a binary number (GNU). */
function readNumber(block: Buffer, at: number, bytes: number): number {
  const first = block.readUInt8(at)
  if (first === 0x80 || first === 0xff) {
    let value = first === 0xff ? -1n : 0n
    for (const byte of block.subarray(at + 1, at + bytes)) value = value * 256n + BigInt(byte)
    return safe(Number(value))
  }
  const text = block.toString('latin1', at, at + bytes)
  const [, digits] = /^ *([0-7]*)[ \0]*$/.exec(text) ?? []
  if (digits === undefined) {
    throw new ArchiveDamaged('A header of the archive has a number that is none.')
  }
  return digits === '' ? 0 : Number.parseInt(digits, 8)
}

function safe(value: number): number {
  if (Number.isSafeInteger(value)) return value
  throw new ArchiveRefused('A header of the archive has a number beyond all bounds.')
}

/** What a pax header says of the entry that follows it. */
export type PaxFacts = {
  path?: Buffer
  linkpath?: Buffer
  size?: number
  uid?: number
  gid?: number
  mtime?: number
}

/** `length key=value\n`, where the length counts the whole record. */
export function readPax(bytes: Buffer): PaxFacts {
  const facts: PaxFacts = {}
  for (let at = 0; at < bytes.length; ) {
    const [, digits = ''] = /^([1-9]\d{0,8}) $/.exec(lead(bytes, at)) ?? []
    const end = at + Number(digits)
    const from = at + digits.length + 1
    const equals = bytes.indexOf('=', from)
    const isRecord = end <= bytes.length && equals > from && equals < end && bytes[end - 1] === 10
    if (digits === '' || !isRecord) {
      throw new ArchiveDamaged('An extended header of the archive is not in its form.')
    }
    take(facts, bytes.toString('utf8', from, equals), bytes.subarray(equals + 1, end - 1))
    at = end
  }
  return facts
}

function lead(bytes: Buffer, at: number): string {
  const space = bytes.subarray(at, at + 10).indexOf(' ')
  return space === -1 ? '' : bytes.toString('latin1', at, at + space + 1)
}

function take(facts: PaxFacts, key: string, value: Buffer): void {
  if (key.startsWith('GNU.sparse.')) {
    throw new ArchiveRefused('The archive has a sparse file, expected whole ones.')
  }
  if (key === 'path' || key === 'linkpath') facts[key] = value
  if (key === 'size' || key === 'uid' || key === 'gid') facts[key] = whole(value, key)
  if (key === 'mtime') {
    const text = value.toString('latin1')
    if (!/^-?\d{1,15}(\.\d*)?$/.test(text)) {
      throw new ArchiveDamaged('An extended header of the archive has a time that is none.')
    }
    facts.mtime = Number(text)
  }
}

function whole(value: Buffer, key: string): number {
  const text = value.toString('latin1')
  if (/^\d{1,16}$/.test(text)) return safe(Number(text))
  throw new ArchiveDamaged(`An extended header of the archive has no number as its ${key}.`)
}

export const blocksOf = (bytes: number): number => Math.ceil(bytes / blockBytes) * blockBytes
