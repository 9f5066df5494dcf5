import type { FileDifference } from '../../../shared/ipc/file-changes.ts'
import { sentenceOf } from '../../../shared/kit/sentence-of.ts'
import type { Plan } from '../../../shared/plan/plan.ts'
import type { PutBack } from '../../../shared/plan/steps/file-steps.ts'
import type { ContentOf } from '../../act/ops/put-back-files.ts'
import { sha256Of } from '../../adapters/disk/content-hash.ts'
import { mostFileBytes } from '../changes/accepted-contents.ts'
import { lookAtFile, tellOfSecrets, textOf } from '../changes/look-at-file.ts'

const withinMs = 20_000

/** What a plan would do to files, line by line, secrets masked: from what is there to what comes. */
export type DifferencesOf = (plan: Plan, files: readonly string[]) => Promise<FileDifference[]>

export function putBackDifferences(contentOf: ContentOf): DifferencesOf {
  const tell = tellOfSecrets()

  async function told(put: PutBack): Promise<Omit<FileDifference, 'path'>> {
    const cannot = (why: string) => ({ diff: null, why })
    const now = await lookAtFile(put.file)
    if (now.is === 'other') return cannot(now.why)
    const then = await contentOf(put, AbortSignal.timeout(withinMs))
    if (sha256Of(then) !== put.sha256) {
      return cannot('What it is to hold is not what the plan was made with any more.')
    }
    if (then.length > mostFileBytes) return cannot('It is larger than 256 KiB.')
    const [from, to] = [textOf(now.is === 'file' ? now.bytes : Buffer.alloc(0)), textOf(then)]
    if (from === undefined || to === undefined) return cannot('It is no text.')
    // Loaded on demand: nobody compares while the guard only guards.
    const { textDifference } = await import('../../../shared/text/text-difference.ts')
    return textDifference(put.file, from, to, tell)
  }

  return async ({ steps }, files) => {
    const puts = steps.flatMap((step) => (step.kind === 'PutBackFiles' ? step.files : []))
    const differences: FileDifference[] = []
    for (const path of files) {
      const put = puts.find(({ file }) => file === path)
      if (!put) throw new Error(`This plan does not put ${path} back.`)
      const one = await told(put).catch((error) => ({ diff: null, why: sentenceOf(error) }))
      differences.push({ path, ...one })
    }
    return differences
  }
}
