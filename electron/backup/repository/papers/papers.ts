import { hash } from 'node:crypto'
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
import { packPath } from '../layout.ts'
import { filesPaper, type PackedLists, packLists, sumsPaper } from './lists.ts'

// The papers of a snapshot: all that stands in its directory. META.sha256 covers the others.

export const metaName = 'META.sha256'
export const manifestName = 'manifest.json'
export const packsName = 'PACKS.sha256'
export const recipientsName = 'recipients.txt'
export const filesName = (encrypted: boolean) => `${filesPaper}${encrypted ? '.age' : ''}`
export const sumsName = (encrypted: boolean) => `${sumsPaper}${encrypted ? '.age' : ''}`

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

/** Writes all papers into a new directory and syncs them; gives back the lists, packed. */
export async function writePapers(
  directory: string,
  facts: Omit<Manifest, 'listBytes'>,
  files: readonly SnapshotFile[],
  recipients: readonly string[],
): Promise<PackedLists> {
  await mkdir(directory, { mode: 0o700 })
  const { encrypted } = facts
  const { lists, listBytes } = await packLists(files)
  const manifest: Manifest = { ...facts, listBytes }
  const seal = async (list: Uint8Array) => (encrypted ? await sealText(list, recipients) : list)
  const papers: [name: string, content: Uint8Array | string][] = [
    [manifestName, `${JSON.stringify(manifest, undefined, 2)}\n`],
    [filesName(encrypted), await seal(lists.files)],
    [sumsName(encrypted), await seal(lists.sums)],
    [packsName, packList(files, encrypted)],
  ]
  if (encrypted) papers.push([recipientsName, recipientList(recipients)])
  const lines: string[] = []
  for (const [name, content] of papers) {
    await writeSynced(join(directory, name), content)
    lines.push(`${sha256(content)}  ${name}\n`)
  }
  await writeSynced(join(directory, metaName), lines.join(''))
  await syncDirectory(directory)
  return lists
}

async function writeSynced(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
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
