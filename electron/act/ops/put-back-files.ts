import { createHash } from 'node:crypto'
import { chmod, mkdir, rm } from 'node:fs/promises'
import type { Step } from '../../../shared/plan/plan.ts'
import type { PutBack } from '../../../shared/plan/steps/file-steps.ts'
import { writeWhole } from '../../adapters/disk/write-whole.ts'
import type { ContainerUpClose } from '../../adapters/docker/hands/engine-hands.ts'
import { bytesIfAny, keepFirstCopy, keptBytes, keptCopyPath } from '../kept-copy.ts'
import type { Op, OperationSite } from '../ops.ts'
import { readNote, writeNote } from '../step-note.ts'
import { type OpenHands, withEngine } from './with-engine.ts'

type PutBackFiles = Extract<Step, { kind: 'PutBackFiles' }>

/** What a file is to hold. Rejects with a sentence where its source cannot give it any more. */
export type ContentOf = (put: PutBack, signal: AbortSignal) => Promise<Uint8Array>

const usualGraceSeconds = 10

export function putBackFilesOp(contentOf: ContentOf, open: OpenHands): Op<PutBackFiles> {
  const noteOf = ({ files }: PutBackFiles) => `restarted-${files[0]?.sha256.slice(0, 12)}`

  /** What ran, by the first note: cut off between stop and start, it runs no more. */
  async function restart(step: PutBackFiles, site: OperationSite): Promise<void> {
    const { signal } = site
    if (step.restarts.length === 0) return
    await withEngine(open, step, signal, async (hands) => {
      const all: ContainerUpClose[] = []
      for (const { project, service } of step.restarts) {
        all.push(...(await hands.containersOf(project, service, signal)))
      }
      const isUp = ({ state }: ContainerUpClose) => state === 'running' || state === 'restarting'
      const running = all.filter(isUp).map(({ name }) => name)
      await writeNote(site, noteOf(step), { containers: running.join('\n') })
      const noted = String((await readNote(site, noteOf(step)))?.['containers']).split('\n')
      for (const one of all.filter(({ name }) => noted.includes(name))) {
        if (isUp(one)) {
          await hands.stop(one.id, one.stopTimeoutSeconds ?? usualGraceSeconds, signal)
        }
        await hands.start(one.id, signal)
      }
    })
  }

  return {
    async precondition({ files }) {
      for (const { file, sha256, replaces } of files) {
        const now = await hashOf(file)
        if (now !== replaces && now !== sha256) {
          throw new Error(`${file} was changed since the plan was approved. Look at a new plan.`)
        }
      }
    },
    async run(step, site) {
      const contents: [PutBack, Uint8Array][] = []
      // All sources first: nothing is written while one of them cannot be had.
      for (const put of step.files) {
        const content = await contentOf(put, site.signal)
        if (sha256Of(content) !== put.sha256) {
          throw new Error(`What ${put.file} is to hold is not what was approved any more.`)
        }
        contents.push([put, content])
      }
      for (const { path, mode } of step.directories ?? []) await makeDirectory(path, mode)
      for (const [{ file, sha256, mode = 0o644 }, content] of contents) {
        await keepFirstCopy(site, file)
        if ((await hashOf(file)) !== sha256) await writeWhole(file, content, { mode })
      }
      await restart(step, site)
    },
    async verify({ files }) {
      for (const { file, sha256 } of files) {
        if ((await hashOf(file)) !== sha256) {
          throw new Error(`${file} does not hold what was put back.`)
        }
      }
    },
    /** Only what this step wrote is taken back; an edit made since then is not overwritten. */
    async rollback(step, site) {
      for (const { file, sha256 } of step.files) {
        const kept = await keptBytes(site, file)
        if (kept === undefined) continue
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
      await restart(step, site)
    },
  }
}

async function makeDirectory(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path)
    // What mkdir is told is narrowed by the umask.
    await chmod(path, mode)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

const sha256Of = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')

async function hashOf(file: string): Promise<string | null> {
  const content = await bytesIfAny(file)
  return content === null ? null : sha256Of(content)
}

const same = (a: Buffer | null, b: Buffer | null): boolean =>
  a === null || b === null ? a === b : a.equals(b)
