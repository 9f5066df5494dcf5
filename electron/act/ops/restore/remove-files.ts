import { rm, stat } from 'node:fs/promises'
import { z } from 'zod'
import type { Step } from '../../../../shared/plan/plan.ts'
import { sha256Of } from '../../../adapters/disk/content-hash.ts'
import { writeWhole } from '../../../adapters/disk/write-whole.ts'
import { bytesIfAny, keepFirstCopy, keptBytes } from '../../kept-copy.ts'
import type { Op, OperationSite } from '../../ops.ts'
import { readNote, writeNote } from '../../step-note.ts'

type RemoveFiles = Extract<Step, { kind: 'RemoveFiles' }>

const looks = z.record(z.string(), z.object({ mode: z.int(), uid: z.int(), gid: z.int() }))
type Looks = z.infer<typeof looks>

/** A file that somebody has changed meanwhile is theirs, and stays. */
export const removeFilesOp: Op<RemoveFiles> = {
  stillAsPlanned: mustBeUnchanged,
  precondition: mustBeUnchanged,
  async run(step, site) {
    const { files } = step
    await noteLooks(step, site)
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
  async rollback(step, site) {
    const before = await notedLooks(step, site)
    for (const { file } of step.files) {
      const kept = await keptBytes(site, file)
      if (!kept || (await bytesIfAny(file)) !== null) continue
      const like = before[file]
      await writeWhole(file, kept, like && { like })
    }
  },
}

const noteOf = ({ files }: RemoveFiles): string =>
  `removed-${sha256Of(Buffer.from(JSON.stringify(files))).slice(0, 12)}`

/** A copy is for its owner alone: who could read the file itself is noted beside it. */
async function noteLooks(step: RemoveFiles, site: OperationSite): Promise<void> {
  const before: Looks = {}
  for (const { file } of step.files) {
    const stats = await stat(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
    if (stats) before[file] = { mode: stats.mode, uid: stats.uid, gid: stats.gid }
  }
  await writeNote(site, noteOf(step), { files: JSON.stringify(before) })
}

async function notedLooks(step: RemoveFiles, site: OperationSite): Promise<Looks> {
  const noted = (await readNote(site, noteOf(step)))?.['files']
  return typeof noted === 'string' ? looks.parse(JSON.parse(noted)) : {}
}

async function mustBeUnchanged({ files }: RemoveFiles): Promise<void> {
  for (const { file, sha256 } of files) {
    const now = await bytesIfAny(file)
    if (now !== null && sha256Of(now) !== sha256) {
      throw new Error(`${file} was changed since the plan was approved. Look at a new plan.`)
    }
  }
}
