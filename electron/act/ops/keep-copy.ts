import type { Step } from '../../../shared/plan/plan.ts'
import { keepFirstCopy, keptCopyPath, keptText, textIfAny } from '../kept-copy.ts'
import type { Op } from '../ops.ts'

type KeepCopy = Extract<Step, { kind: 'KeepCopy' }>

/** Copies are never taken away again: undoing a copy would only lose it. */
export const keepCopyOp: Op<KeepCopy> = {
  async precondition({ file }) {
    await textIfAny(file)
  },
  async run({ file }, site) {
    await keepFirstCopy(site, file)
  },
  async verify({ file }, site) {
    const kept = await keptText(site, file)
    if (!kept.kept) throw new Error(`There is no copy of ${file} at ${keptCopyPath(site, file)}.`)
    if (kept.text !== (await textIfAny(file))) {
      throw new Error(`${file} was changed while its copy was made, so the copy is worth nothing.`)
    }
  },
  async rollback() {},
}
