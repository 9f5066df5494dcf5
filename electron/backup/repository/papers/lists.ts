import type { Manifest, SnapshotFile } from '../../../../shared/domain/snapshot.ts'
import { ArchiveDamaged } from '../../../adapters/archive/archive-problem.ts'
import { packText, unpackText } from '../../../adapters/archive/packed-text.ts'
import { componentDirectory } from '../layout.ts'
import { fileLine, filesHeader, parseFiles } from './files-tsv.ts'

// FILES.tsv and SHA256SUMS: what is in a snapshot, a line for each file. Each is packed as one frame
// of zstd, written and read in portions: neither 100,000 lines nor a bomb hold anybody up.

export type PackedLists = { files: Buffer; sums: Buffer; listBytes: Manifest['listBytes'] }

export async function packLists(files: readonly SnapshotFile[]): Promise<PackedLists> {
  const list = await packText(listed(files, fileLine, filesHeader))
  const sums = await packText(listed(files, sumLine))
  return {
    files: list.packed,
    sums: sums.packed,
    listBytes: { files: list.sizeBytes, sums: sums.sizeBytes },
  }
}

/** Of which list it is, for a sentence about it, and how long the manifest says that it is. */
export type ListSays = { name: string; sizeBytes: number | undefined }

/** Rejects with a sentence where it does not unpack, is not of that length, or makes no sense. */
export const readFileList = (packed: Uint8Array, says: ListSays): Promise<SnapshotFile[]> =>
  parseFiles(unpacked(packed, says))

/** As `readFileList`, of which it has no lines. */
export async function checkSumList(packed: Uint8Array, says: ListSays): Promise<void> {
  for await (const _portion of unpacked(packed, says));
}

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
function sumLine({ sha256, component, path }: SnapshotFile): string {
  if (sha256 === undefined) return ''
  const name = `${componentDirectory(component)}/${path}`
  if (!/[\\\n]/.test(name)) return `${sha256}  ${name}\n`
  return `\\${sha256}  ${name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`
}

/** Lone surrogates are bytes that are no UTF-8 (see files-tsv.ts). */
function pathBytes(text: string): Uint8Array {
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
