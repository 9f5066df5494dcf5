import { rm } from 'node:fs/promises'
import type { Step } from '../../../../shared/plan/plan.ts'
import { sha256Of } from '../../../adapters/disk/content-hash.ts'
import { writeWhole } from '../../../adapters/disk/write-whole.ts'
import { bytesIfAny, keepFirstCopy, keptBytes } from '../../kept-copy.ts'
import type { Op } from '../../ops.ts'

type RemoveFiles = Extract<Step, { kind: 'RemoveFiles' }>

/** A file that somebody has changed meanwhile is theirs, and stays. */
export const removeFilesOp: Op<RemoveFiles> = {
  stillAsPlanned: mustBeUnchanged,
  precondition: mustBeUnchanged,
  async run({ files }, site) {
    for (const { file, sha256 } of files) {
      const now = await bytesIfAny(file)
      if (now === null || sha256Of(now) !== sha256) continue
      await keepFirstCopy(site, file)
      await rm(file)
    }
  },
  async verify({ files }) {
    for (const { file } of files) {
      if ((await bytesIfAny(file)) !== null) throw new Error(`${file} is still there.`)
    }
  },
  async rollback({ files }, site) {
    for (const { file } of files) {
      const kept = await keptBytes(site, file)
      if (kept && (await bytesIfAny(file)) === null) await writeWhole(file, kept)
    }
  },
}

async function mustBeUnchanged({ files }: RemoveFiles): Promise<void> {
  for (const { file, sha256 } of files) {
    const now = await bytesIfAny(file)
    if (now !== null && sha256Of(now) !== sha256) {
      throw new Error(`${file} was changed since the plan was approved. Look at a new plan.`)
    }
  }
}
