import { chmod, mkdir, rm, rmdir } from 'node:fs/promises'
import type { Step } from '../../../shared/plan/plan.ts'
import type { PutBack } from '../../../shared/plan/steps/file-steps.ts'
import { mayHoldSecret } from '../../../shared/text/holds-secret.ts'
import { sha256Of } from '../../adapters/disk/content-hash.ts'
import { removeTemporaries } from '../../adapters/disk/temporary-file.ts'
import { writeWhole } from '../../adapters/disk/write-whole.ts'
import { bytesIfAny, exists, keepFirstCopy, keptBytes, keptCopyPath } from '../kept-copy.ts'
import type { Op, OperationSite } from '../ops.ts'
import { readNote, writeNote } from '../step-note.ts'
import { restartNoted, restartProblem } from './restart-noted.ts'
import type { OpenHands } from './with-engine.ts'

type PutBackFiles = Extract<Step, { kind: 'PutBackFiles' }>

/** What a file is to hold. Rejects with a sentence where its source cannot give it any more. */
export type ContentOf = (put: PutBack, signal: AbortSignal) => Promise<Uint8Array>

/** Rejects with a sentence where what was approved cannot be had any more. */
export type StillGiven = (files: readonly PutBack[]) => Promise<void>

export function putBackFilesOp(
  contentOf: ContentOf,
  open: OpenHands,
  stillGiven: StillGiven = async () => {},
): Op<PutBackFiles> {
  return {
    async stillAsPlanned(step) {
      await mustBeUnchanged(step)
      await stillGiven(step.files)
    },
    precondition: (step) => mustBeUnchanged(step),
    async run(step, site) {
      // Gone on with later, it may meet what a person has mended meanwhile.
      await mustBeUnchanged(step, leftAlone)
      const contents: [PutBack, Uint8Array][] = []
      // All sources first: nothing is written while one of them cannot be had.
      for (const put of step.files) {
        const content = await contentOf(put, site.signal)
        if (sha256Of(content) !== put.sha256) {
          throw new Error(`What ${put.file} is to hold is not what was approved any more.`)
        }
        contents.push([put, content])
      }
      await makeDirectories(step, site)
      const closed: string[] = []
      for (const [put, content] of contents) {
        const { file, sha256 } = put
        await removeTemporaries(file)
        await keepFirstCopy(site, file)
        const now = await hashOf(file)
        if (now === sha256) continue
        if (now !== put.replaces) throw leftAlone(file)
        const isClosed =
          put.mode === undefined && mayHoldSecret(Buffer.from(content).toString(), file)
        await writeWhole(file, content, { mode: put.mode ?? (isClosed ? 0o600 : 0o644) })
        if (isClosed && now === null) closed.push(file)
      }
      if (closed.length > 0) site.remark?.(closedRemark(closed))
      await restartNoted(open, step, site, restartsOf(step))
    },
    async verify(step, site) {
      for (const { file, sha256 } of step.files) {
        if ((await hashOf(file)) !== sha256) {
          throw new Error(`${file} does not hold what was put back.`)
        }
      }
      const problem = await restartProblem(open, step, site, restartsOf(step))
      if (problem !== undefined) throw new Error(problem)
    },
    /** Only what this step wrote is taken back; an edit made since then is not overwritten. */
    async rollback(step, site) {
      let touched = false
      for (const { file, sha256 } of step.files) {
        await removeTemporaries(file)
        const kept = await keptBytes(site, file)
        if (kept === undefined) continue
        touched = true
        const now = await bytesIfAny(file)
        if (same(now, kept)) continue
        if (now === null || sha256Of(now) !== sha256) {
          throw new Error(
            `${file} was changed after it was put back, so it is left alone. The copy from before is ${keptCopyPath(site, file)}.`,
          )
        }
        if (kept === null) await rm(file)
        else await writeWhole(file, kept)
      }
      await removeMadeDirectories(step, site)
      if (!touched) return
      await restartNoted(open, step, site, `${restartsOf(step)}-back`, restartsOf(step))
    },
  }
}

async function mustBeUnchanged(
  { files }: PutBackFiles,
  problem: (file: string) => Error = changed,
): Promise<void> {
  for (const { file, sha256, replaces } of files) {
    const now = await hashOf(file)
    if (now !== replaces && now !== sha256) throw problem(file)
  }
}

const closedRemark = (files: readonly string[]): string =>
  `Only the owner can read ${files.join(', ')}: there may be secrets, and who could read it before was not kept.`

const leftAlone = (file: string) =>
  new Error(
    `${file} was changed since the plan was approved, so it is left alone. Leave this operation as it is, and look at a new plan.`,
  )

const changed = (file: string) =>
  new Error(`${file} was changed since the plan was approved. Look at a new plan.`)

const keyOf = ({ files }: PutBackFiles): string =>
  sha256Of(Buffer.from(JSON.stringify(files.map(({ file, sha256 }) => [file, sha256])))).slice(
    0,
    12,
  )

const restartsOf = (step: PutBackFiles): string => `restarted-${keyOf(step)}`
const madeOf = (step: PutBackFiles): string => `made-${keyOf(step)}`

/** Which of them are missing is noted first: these alone are ours to take away again. */
async function makeDirectories(step: PutBackFiles, site: OperationSite): Promise<void> {
  const { directories = [] } = step
  if (directories.length === 0) return
  const missing: string[] = []
  for (const { path } of directories) if (!(await exists(path))) missing.push(path)
  await writeNote(site, madeOf(step), { paths: JSON.stringify(missing) })
  const made = await madeBy(step, site)
  for (const { path, mode } of directories.filter((one) => made.includes(one.path))) {
    await mkdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
    // What mkdir is told is narrowed by the umask.
    await chmod(path, mode)
  }
}

async function madeBy(step: PutBackFiles, site: OperationSite): Promise<string[]> {
  const noted = (await readNote(site, madeOf(step)))?.['paths']
  return typeof noted === 'string' ? JSON.parse(noted) : []
}

/** What somebody has put something into meanwhile stays. */
async function removeMadeDirectories(step: PutBackFiles, site: OperationSite): Promise<void> {
  for (const path of (await madeBy(step, site)).reverse()) {
    await rmdir(path).catch((error: NodeJS.ErrnoException) => {
      if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code ?? '')) throw error
    })
  }
}

async function hashOf(file: string): Promise<string | null> {
  const content = await bytesIfAny(file)
  return content === null ? null : sha256Of(content)
}

const same = (a: Buffer | null, b: Buffer | null): boolean =>
  a === null || b === null ? a === b : a.equals(b)
