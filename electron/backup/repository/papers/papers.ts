import { createHash, hash } from 'node:crypto'
import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Manifest,
  manifestSchema,
  type SnapshotFile,
} from '../../../../shared/domain/snapshot.ts'
import { sealText } from '../../../adapters/archive/sealed-text.ts'
import { diskProblem } from '../../../adapters/disk/disk-problem.ts'
import { syncDirectory } from '../../../adapters/disk/sync-directory.ts'
import { isLoss } from '../is-loss.ts'
import { componentDirectory, packPath } from '../layout.ts'
import { fileLine, filesHeader } from './files-tsv.ts'

// The papers of a snapshot: all that stands in its directory. META.sha256 covers the others.

export const metaName = 'META.sha256'
export const manifestName = 'manifest.json'
export const packsName = 'PACKS.sha256'
export const recipientsName = 'recipients.txt'
export const filesName = (encrypted: boolean) => (encrypted ? 'FILES.tsv.age' : 'FILES.tsv')
export const sumsName = (encrypted: boolean) => (encrypted ? 'SHA256SUMS.age' : 'SHA256SUMS')

const sha256 = (content: Uint8Array | string) => hash('sha256', content)

/** What META.sha256 says, by name. */
export type Meta = ReadonlyMap<string, string>

/** A paper is missing or altered. */
export class PaperProblem extends Error {
  readonly paper: string

  constructor(paper: string, sentence: string) {
    super(sentence)
    this.name = 'PaperProblem'
    this.paper = paper
  }
}

/** Writes all papers into a new directory and syncs them. */
export async function writePapers(
  directory: string,
  manifest: Manifest,
  files: readonly SnapshotFile[],
  recipients: readonly string[],
): Promise<void> {
  await mkdir(directory, { mode: 0o700 })
  const { encrypted } = manifest
  const seal = async (content: Uint8Array[]) =>
    encrypted ? [await sealText(Buffer.concat(content), recipients)] : content
  const papers: [name: string, content: Uint8Array[]][] = [
    [manifestName, [Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`)]],
    [filesName(encrypted), await seal(listed(files, fileLine, filesHeader))],
    [sumsName(encrypted), await seal(listed(files, sumLine))],
    [packsName, [Buffer.from(packList(files, encrypted))]],
  ]
  if (encrypted) papers.push([recipientsName, [Buffer.from(recipientList(recipients))]])
  const lines: string[] = []
  for (const [name, content] of papers) {
    const sum = createHash('sha256')
    for (const part of content) sum.update(part)
    await writeSynced(join(directory, name), content)
    lines.push(`${sum.digest('hex')}  ${name}\n`)
  }
  await writeSynced(join(directory, metaName), [Buffer.from(lines.join(''))])
  await syncDirectory(directory)
}

async function writeSynced(path: string, content: readonly Uint8Array[]): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    for (const part of content) await file.writeFile(part)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The list of files as it stands in FILES.tsv. */
export const listOfFiles = (files: readonly SnapshotFile[]): Buffer =>
  Buffer.concat(listed(files, fileLine, filesHeader))

/** In parts, as one string of all lines may be longer than a string can be. */
function listed(
  files: readonly SnapshotFile[],
  line: (file: SnapshotFile) => string,
  header = '',
): Uint8Array[] {
  const parts: Uint8Array[] = []
  for (let at = 0; at < files.length || at === 0; at += 4096) {
    const lines = files.slice(at, at + 4096).map(line)
    parts.push(pathBytes((at === 0 ? header : '') + lines.join('')))
  }
  return parts
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

/** `sha256sum -c` reads it in the repository's directory. */
export function packList(files: readonly SnapshotFile[], encrypted: boolean): string {
  const packs = new Set(files.flatMap(({ pack }) => (pack === undefined ? [] : [pack])))
  return [...packs]
    .sort()
    .map((pack) => `${pack}  ${packPath(pack, encrypted)}\n`)
    .join('')
}

export const recipientList = (recipients: readonly string[]) =>
  [...recipients]
    .sort()
    .map((recipient) => `${recipient}\n`)
    .join('')

/** Rejects with `PaperProblem` unless it is exactly what we write. */
export async function readMeta(directory: string): Promise<Meta> {
  const text = await read(directory, metaName)
  const meta = new Map<string, string>()
  for (const line of text.toString('utf8').split('\n').slice(0, -1)) {
    const match = /^([0-9a-f]{64}) {2}([A-Za-z0-9.]+)$/.exec(line)
    if (match?.[1] && match[2]) meta.set(match[2], match[1])
  }
  const again = Array.from(meta, ([name, sum]) => `${sum}  ${name}\n`).join('')
  if (again !== text.toString('latin1') || meta.size === 0) {
    throw new PaperProblem(metaName, `${metaName} has been altered.`)
  }
  return meta
}

/** Rejects with `PaperProblem` unless its content is what META.sha256 says. */
export async function readPaper(directory: string, meta: Meta, name: string): Promise<Buffer> {
  const content = await read(directory, name)
  const said = meta.get(name)
  if (said === undefined) throw new PaperProblem(name, `${metaName} does not know ${name}.`)
  if (sha256(content) !== said) throw new PaperProblem(name, `${name} has been altered.`)
  return content
}

async function read(directory: string, name: string): Promise<Buffer> {
  try {
    return await readFile(join(directory, name))
  } catch (error) {
    const path = join(directory, name)
    const problem = diskProblem(error, path, `${path} cannot be read`)
    if (!isLoss(problem)) throw problem
    const isMissing = problem.code === 'ENOENT'
    throw new PaperProblem(name, `${name} ${isMissing ? 'is missing' : 'cannot be read'}.`)
  }
}

/** The manifest and the packs: what is known of a snapshot without its list of files. */
export type Cover = { manifest: Manifest; meta: Meta; packs: readonly string[] }

export async function readCover(directory: string, id: string): Promise<Cover> {
  const meta = await readMeta(directory)
  const [manifest, packs] = await Promise.all([
    readManifest(directory, meta, id),
    readPaper(directory, meta, packsName),
  ])
  return { manifest, meta, packs: parsePacks(packs.toString()) }
}

export async function readManifest(directory: string, meta: Meta, id: string): Promise<Manifest> {
  const content = await readPaper(directory, meta, manifestName)
  const value: unknown = JSON.parse(content.toString())
  const format = (value as { format?: unknown } | null)?.format
  const parsed = manifestSchema.safeParse(value)
  if (!parsed.success) {
    const why =
      format === 1
        ? 'makes no sense'
        : `has format ${String(format)}, which is too new for this version`
    throw new PaperProblem(manifestName, `${manifestName} ${why}.`)
  }
  if (parsed.data.id !== id) {
    throw new PaperProblem(manifestName, `${manifestName} is that of ${parsed.data.id}.`)
  }
  return parsed.data
}

export const parsePacks = (text: string): string[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => line.slice(0, 64))
