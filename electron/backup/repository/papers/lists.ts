import {
  type Manifest,
  mostListBytes,
  type SnapshotFile,
} from '../../../../shared/domain/snapshot.ts'
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
  if (Math.max(list.sizeBytes, sums.sizeBytes) > mostListBytes) {
    throw new Error(
      `${files.length} files are more than one snapshot can list; leave some parts out of it.`,
    )
  }
  return {
    lists: { files: list.packed, sums: sums.packed },
    listBytes: { files: list.sizeBytes, sums: sums.sizeBytes },
  }
}

/** As the papers are called where they are not encrypted. */
export const filesPaper = 'FILES.tsv.zst'
export const sumsPaper = 'SHA256SUMS.zst'

export type ReadLists = {
  /** Without their checksums where `sumsLost` says why; each is in its pack then as the pack's name says. */
  files: SnapshotFile[]
  sumsLost?: Error
}

/**
 * Both are read in step, so that whatever they unpack to, no more of them is held than of the files.
 * Rejects with a sentence where the list of files does not unpack, is not as long as the manifest
 * says, or makes no sense, and where these are not its checksums.
 */
export async function readLists(
  { files: list, sums: packedSums }: { files: Uint8Array; sums: Uint8Array | undefined },
  says: Manifest['listBytes'] | undefined,
): Promise<ReadLists> {
  const listed = () => unpacked(list, { name: filesPaper, sizeBytes: says?.files })
  const withoutSums = () => parseFiles(listed(), async () => {})
  if (packedSums === undefined) return { files: await withoutSums() }
  const sums = sumLines(unpacked(packedSums, { name: sumsPaper, sizeBytes: says?.sums }))
  try {
    const files = await parseFiles(listed(), async (portion) => {
      for (const file of portion) file.sha256 = sumOf(file, await sums.next())
    })
    if ((await sums.next()) !== undefined) throw isNotTheirs()
    return { files }
  } catch (error) {
    if (error instanceof SumsLost) return { files: await withoutSums(), sumsLost: error.why }
    throw error
  } finally {
    await sums.close()
  }
}

const isNotTheirs = () => new Error(`${filesPaper} has other files than SHA256SUMS.`)

function sumOf(file: SnapshotFile, line = ''): string {
  const sha256 = /^\\?([0-9a-f]{64}) /.exec(line)?.[1]
  if (sha256 === undefined || !isSame(sumLine(file, sha256), `${line}\n`)) throw isNotTheirs()
  return sha256
}

class SumsLost extends Error {
  readonly why: Error

  constructor(why: Error) {
    super(why.message)
    this.why = why
  }
}

/** One line after the other, without its end; undefined once there is none. Rejects with `SumsLost`. */
function sumLines(bytes: AsyncIterable<Uint8Array>) {
  const texts = wholeLines(bytes, 'latin1')
  let text = ''
  let at = 0
  return {
    async next(): Promise<string | undefined> {
      if (at === text.length) {
        const { value, done } = await texts.next().catch((error: Error) => {
          throw new SumsLost(error)
        })
        if (done) return undefined
        text = value
        at = 0
      }
      const end = text.indexOf('\n', at)
      const line = text.slice(at, end)
      at = end + 1
      return line
    },
    close: () => texts.return(undefined),
  }
}

/** Whether these are the bytes of a path, each a character of its own. */
const isSame = (text: string, bytes: string): boolean =>
  text === bytes || pathBytes(text).equals(Buffer.from(bytes, 'latin1'))

/**
 * Of a list to each byte of it as it lies on the disk. Ours come to 180 where all files are the same
 * and have long names (zstd 1.5.7); what comes to more than this was made to fill the memory.
 */
const mostRatio = 1000
/** Small ones are free to: nobody notices them. */
const freeBytes = 32 * 1024 * 1024

type ListSays = { name: string; sizeBytes: number | undefined }

async function* unpacked(
  packed: Uint8Array,
  { name, sizeBytes }: ListSays,
): AsyncGenerator<Uint8Array> {
  const atMostBytes = Math.min(
    sizeBytes ?? mostListBytes,
    Math.max(freeBytes, packed.length * mostRatio),
  )
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
