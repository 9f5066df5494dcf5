import type { Manifest, SnapshotFile } from '../../../../shared/domain/snapshot.ts'
import { sentenceOf } from '../../../../shared/kit/sentence-of.ts'
import { isLoss } from '../is-loss.ts'
import { type PackedLists, readFileList, readSums } from './lists.ts'
import {
  filesName,
  type Meta,
  manifestName,
  metaName,
  PaperProblem,
  packList,
  packsName,
  parsePacks,
  readManifest,
  readMeta,
  readPaper,
  recipientsName,
  sumsName,
} from './papers.ts'

export type PaperFinding = { paper: string; sentence: string }

export type CheckedPapers = {
  problems: PaperFinding[]
  manifest?: Manifest
  /** As the list of packs says them; without it, as the list of files does. */
  packs: readonly string[]
  /** Absent where the list is damaged, or encrypted. */
  files?: readonly SnapshotFile[]
}

/** Reads every paper from the disk and compares them with META.sha256 and with each other. */
export async function checkPapers(directory: string, id: string): Promise<CheckedPapers> {
  const problems: PaperFinding[] = []
  async function attempt<T>(paper: string, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read()
    } catch (error) {
      if (!isLoss(error)) throw error
      const found = error instanceof PaperProblem ? error.paper : paper
      const sentence = sentenceOf(error)
      problems.push({ paper: found, sentence })
      return undefined
    }
  }

  async function readFiles(lists: PackedLists, manifest: Manifest | undefined) {
    const bytes = manifest?.listBytes
    const ofSums = { name: sumsName(false), sizeBytes: bytes?.sums }
    const ofFiles = { name: filesName(false), sizeBytes: bytes?.files }
    const sums = await attempt(ofSums.name, () => readSums(lists.sums, ofSums))
    return sums && attempt(ofFiles.name, () => readFileList(lists.files, ofFiles, sums))
  }

  const meta: Meta | undefined = await attempt(metaName, () => readMeta(directory))
  if (!meta) return { problems, packs: [] }
  const read = (name: string) => readPaper(directory, meta, name)
  const manifest = await attempt(manifestName, () => readManifest(directory, meta, id))
  const encrypted = manifest?.encrypted ?? meta.has(filesName(true))
  const list = await attempt(filesName(encrypted), () => read(filesName(encrypted)))
  const sums = await attempt(sumsName(encrypted), () => read(sumsName(encrypted)))
  const packText = await attempt(packsName, () => read(packsName))
  if (encrypted) await attempt(recipientsName, () => read(recipientsName))
  const files =
    list && sums && !encrypted ? await readFiles({ files: list, sums }, manifest) : undefined
  if (files && packText && packList(files, encrypted) !== packText.toString()) {
    problems.push({
      paper: packsName,
      sentence: `${packsName} is not that of ${filesName(false)}.`,
    })
  }
  const packs = parsePacks(packText?.toString() ?? (files ? packList(files, encrypted) : ''))
  return { problems, packs, ...(manifest && { manifest }), ...(files && { files }) }
}
