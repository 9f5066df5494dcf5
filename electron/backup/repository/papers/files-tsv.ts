import type { SnapshotFile } from '../../../../shared/domain/snapshot.ts'
import { wholeLines } from './whole-lines.ts'

// FILES.tsv: a line for each file, its fields divided by tabs and never empty. What would tear a
// line apart is written as printf(1) reads it in `%b`, so that a shell alone can undo it. A byte
// that is no UTF-8 is a lone surrogate (U+DC80 to U+DCFF) in a path, as Python has it, and `\0377`
// in the list. Checksums are most of what such lists cost, and stand in SHA256SUMS alone: the file
// of its first line is the first file here, and so on.

const columns = [
  'size',
  'pack',
  'member',
  'component',
  'path',
  'type',
  'mode',
  'uid',
  'gid',
  'mtime',
  'link',
] as const

export const filesHeader = `${columns.join('\t')}\n`

/** Of a field that does not apply, as no field may be empty. */
const none = '-'

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const odd = /[\u0000-\u001f\u007f\\\ud800-\udfff]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const oddOnes = /[\u0000-\u001f\u007f\\]|[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g

const octal = (byte: number) => `\\0${byte.toString(8).padStart(3, '0')}`

/** One field of the list; `printf %b` makes the name of it again. */
export function escapeField(text: string): string {
  if (!odd.test(text)) return text
  return text.replace(oddOnes, (one) => {
    if (one.length === 2) return one
    const code = one.charCodeAt(0)
    if (one === '\\') return '\\\\'
    if (code < 0x80) return octal(code)
    if (code >= 0xdc80 && code <= 0xdcff) return octal(code - 0xdc00)
    throw new Error('A name holds half a character, which no file system can.')
  })
}

export function unescapeField(field: string): string {
  if (!field.includes('\\')) return field
  return field.replace(/\\(?:(\\)|0([0-7]{3}))?/g, (all, backslash, digits) => {
    if (backslash) return '\\'
    if (!digits) throw new Error(`"${all}" in the list of files means nothing.`)
    const byte = Number.parseInt(digits, 8)
    return String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)
  })
}

/** With the line's end. */
export function fileLine(file: SnapshotFile): string {
  return `${file.sizeBytes}\t${file.pack ?? none}\t${
    file.member === undefined ? none : escapeField(file.member)
  }\t${file.component}\t${escapeField(file.path)}\t${file.type}\t${file.mode
    .toString(8)
    .padStart(4, '0')}\t${file.uid}\t${file.gid}\t${plainNumber(file.mtimeSeconds)}\t${
    file.linkTo === undefined ? none : escapeField(file.linkTo)
  }\n`
}

/** touch(1) takes no exponent. */
function plainNumber(value: number): string {
  const text = String(value)
  return text.includes('e') ? value.toFixed(9) : text
}

const types = new Set<string>(['file', 'directory', 'symlink'] satisfies SnapshotFile['type'][])

/**
 * Rejects with a sentence at the first line that makes no sense, and with what `list` breaks with.
 * `giveSums` is called with the files of each portion, in their order.
 */
export async function parseFiles(
  list: AsyncIterable<Uint8Array>,
  giveSums: (files: readonly SnapshotFile[]) => Promise<void>,
): Promise<SnapshotFile[]> {
  const files: SnapshotFile[] = []
  let isBegun = false
  for await (const text of wholeLines(list, 'utf8')) {
    const begin = files.length
    let at = 0
    if (!isBegun) {
      if (!text.startsWith(filesHeader)) throw new Error('The list of files does not begin as one.')
      isBegun = true
      at = filesHeader.length
    }
    while (at < text.length) {
      const end = text.indexOf('\n', at)
      files.push(parseLine(text.slice(at, end), files.length + 2))
      at = end + 1
    }
    await giveSums(files.slice(begin).filter(({ type }) => type === 'file'))
  }
  if (!isBegun) throw new Error('The list of files does not begin as one.')
  return files
}

function parseLine(line: string, number: number): SnapshotFile {
  const fields = line.split('\t')
  const [size, pack, member, component, path, type, mode, uid, gid, mtime, link] = fields as [
    string,
    string,
    string,
    string,
    string,
    SnapshotFile['type'],
    string,
    string,
    string,
    string,
    string,
  ]
  const sizeBytes = Number(size)
  const mtimeSeconds = Number(mtime)
  const isSound =
    fields.length === columns.length &&
    types.has(type) &&
    path !== '' &&
    component !== '' &&
    Number.isSafeInteger(sizeBytes) &&
    Number.isFinite(mtimeSeconds) &&
    (type === 'file') === (pack.length === 64 && member !== none)
  if (!isSound) throw new Error(`Line ${number} of the list of files makes no sense.`)
  return {
    component,
    path: unescapeField(path),
    type,
    mode: Number.parseInt(mode, 8),
    uid: Number(uid),
    gid: Number(gid),
    mtimeSeconds,
    sizeBytes,
    ...(type === 'file' && { pack, member: unescapeField(member) }),
    ...(type === 'symlink' && { linkTo: unescapeField(link) }),
  }
}
