import type { Manifest, SnapshotFile } from '../../../../shared/domain/snapshot.ts'
import { sentenceOf } from '../../../../shared/kit/sentence-of.ts'
import { isLoss } from '../is-loss.ts'
import { readLists } from './lists.ts'
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
  /** Absent where the list is damaged, or encrypted; without checksums where those are damaged. */
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

  async function readFiles(files: Uint8Array, sums: Uint8Array | undefined, says?: Manifest) {
    const read = await attempt(filesName(false), () => readLists({ files, sums }, says?.listBytes))
    if (read?.sumsLost) {
      problems.push({ paper: sumsName(false), sentence: sentenceOf(read.sumsLost) })
    }
    return read?.files
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
  const files = list && !encrypted ? await readFiles(list, sums, manifest) : undefined
  if (files && packText && packList(files, encrypted) !== packText.toString()) {
    problems.push({
      paper: packsName,
      sentence: `${packsName} is not that of ${filesName(false)}.`,
    })
  }
  const packs = parsePacks(packText?.toString() ?? (files ? packList(files, encrypted) : ''))
  return { problems, packs, ...(manifest && { manifest }), ...(files && { files }) }
}
