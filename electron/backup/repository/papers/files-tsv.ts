import type { SnapshotFile } from '../../../../shared/domain/snapshot.ts'

// FILES.tsv: a line for each file, its fields divided by tabs and never empty. What would tear a
// line apart is written as printf(1) reads it in `%b`, so that a shell alone can undo it. A byte
// that is no UTF-8 is a lone surrogate (U+DC80 to U+DCFF) in a path, as Python has it, and `\0377`
// in the list.

const columns = [
  'sha256',
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
  return `${file.sha256 ?? none}\t${file.sizeBytes}\t${file.pack ?? none}\t${
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

/** No line is as long as this: three names, of which every byte may be written as four. */
const longestLine = 1024 * 1024

/** Rejects with a sentence at the first line that makes no sense, and with what `list` breaks with. */
export async function parseFiles(list: AsyncIterable<Uint8Array>): Promise<SnapshotFile[]> {
  const files: SnapshotFile[] = []
  let isBegun = false
  for await (const text of wholeLines(list)) {
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
  }
  if (!isBegun) throw new Error('The list of files does not begin as one.')
  return files
}

const newLine = 0x0a

/** Some lines at a time, each with its end. */
async function* wholeLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = Buffer.alloc(0)
  for await (const portion of bytes) {
    const all = Buffer.concat([rest, portion])
    const end = all.lastIndexOf(newLine) + 1
    rest = all.subarray(end)
    if (rest.length > longestLine) throw new Error('The list of files has a line without an end.')
    if (end > 0) yield all.toString('utf8', 0, end)
  }
  if (rest.length > 0) throw new Error('The list of files is cut off.')
}

function parseLine(line: string, number: number): SnapshotFile {
  const fields = line.split('\t')
  const [sha256, size, pack, member, component, path, type, mode, uid, gid, mtime, link] =
    fields as [
      string,
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
    (type === 'file') === (sha256.length === 64 && pack.length === 64 && member !== none)
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
    ...(type === 'file' && { sha256, pack, member: unescapeField(member) }),
    ...(type === 'symlink' && { linkTo: unescapeField(link) }),
  }
}
