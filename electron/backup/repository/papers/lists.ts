import type { Manifest, SnapshotFile } from '../../../../shared/domain/snapshot.ts'
import { ArchiveDamaged } from '../../../adapters/archive/archive-problem.ts'
import { packText, unpackText } from '../../../adapters/archive/packed-text.ts'
import { componentDirectory } from '../layout.ts'
import { fileLine, filesHeader, parseFiles } from './files-tsv.ts'
import { wholeLines } from './whole-lines.ts'

// FILES.tsv and SHA256SUMS: what is in a snapshot, a line for each file. Each is packed as one frame
// of zstd, written and read in portions: neither 100,000 lines nor a bomb hold anybody up.

/** Neither says anything without the other. */
export type PackedLists = { files: Uint8Array; sums: Uint8Array }

export async function packLists(
  files: readonly SnapshotFile[],
): Promise<{ lists: PackedLists; listBytes: Manifest['listBytes'] }> {
  const list = await packText(listed(files, fileLine, filesHeader))
  const withSum = (file: SnapshotFile) => (file.sha256 ? sumLine(file, file.sha256) : '')
  const sums = await packText(listed(files, withSum))
  return {
    lists: { files: list.packed, sums: sums.packed },
    listBytes: { files: list.sizeBytes, sums: sums.sizeBytes },
  }
}

/** Of which list it is, for a sentence about it, and how long the manifest says that it is. */
export type ListSays = { name: string; sizeBytes: number | undefined }

/** Its lines. Rejects with a sentence where it does not unpack, or is not of that length. */
export async function readSums(packed: Uint8Array, says: ListSays): Promise<string[]> {
  const sums: string[] = []
  for await (const text of wholeLines(unpacked(packed, says), 'latin1')) {
    for (const line of text.slice(0, -1).split('\n')) sums.push(line)
  }
  return sums
}

/** As `readSums`; rejects also where a line makes no sense, or these are not its checksums. */
export async function readFileList(
  packed: Uint8Array,
  says: ListSays,
  sums: readonly string[],
): Promise<SnapshotFile[]> {
  let at = 0
  const isNotTheirs = () => new Error(`${says.name} has other files than SHA256SUMS.`)
  const files = await parseFiles(unpacked(packed, says), (file) => {
    const line = sums[at++] ?? ''
    const sha256 = /^\\?([0-9a-f]{64}) /.exec(line)?.[1]
    if (sha256 === undefined || !isSame(sumLine(file, sha256), `${line}\n`)) throw isNotTheirs()
    return sha256
  })
  if (at < sums.length) throw isNotTheirs()
  return files
}

/** Whether these are the bytes of a path, each a character of its own. */
const isSame = (text: string, bytes: string): boolean =>
  text === bytes || pathBytes(text).equals(Buffer.from(bytes, 'latin1'))

/** Where no manifest says how long a list is: a million lines. */
const bytesWithoutManifest = 256 * 1024 * 1024

async function* unpacked(
  packed: Uint8Array,
  { name, sizeBytes }: ListSays,
): AsyncGenerator<Uint8Array> {
  const atMostBytes = sizeBytes ?? bytesWithoutManifest
  let unpackedBytes = 0
  for await (const portion of unpackText(packed, { name, atMostBytes })) {
    unpackedBytes += portion.length
    yield portion
  }
  if (sizeBytes !== undefined && unpackedBytes < sizeBytes) {
    throw new ArchiveDamaged(
      `${name} unpacks to ${unpackedBytes} bytes, expected ${sizeBytes} as the manifest says.`,
    )
  }
}

function* listed(
  files: readonly SnapshotFile[],
  line: (file: SnapshotFile) => string,
  header = '',
): Generator<Uint8Array> {
  yield Buffer.from(header)
  for (let at = 0; at < files.length; at += 4096) {
    yield pathBytes(
      files
        .slice(at, at + 4096)
        .map(line)
        .join(''),
    )
  }
}

/** `sha256sum -c` reads it where recover.sh has put the components. */
function sumLine({ component, path }: SnapshotFile, sha256: string): string {
  const name = `${componentDirectory(component)}/${path}`
  if (!/[\\\n]/.test(name)) return `${sha256}  ${name}\n`
  return `\\${sha256}  ${name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`
}

/** Lone surrogates are bytes that are no UTF-8 (see files-tsv.ts). */
function pathBytes(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text)
  // With the flag u, half of a pair is found only where it stands alone.
  const parts = text.split(/([\u{dc80}-\u{dcff}]+)/u)
  return Buffer.concat(
    parts.map((part, index) =>
      index % 2 === 0
        ? Buffer.from(part)
        : Buffer.from(Array.from(part, (unit) => unit.charCodeAt(0) & 0xff)),
    ),
  )
}
