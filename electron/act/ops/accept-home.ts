import { type Home, isSameHome } from '../../../shared/domain/stack.ts'
import type { Step } from '../../../shared/plan/plan.ts'
import { removeTemporaries } from '../../adapters/disk/temporary-file.ts'
import { writeWhole } from '../../adapters/disk/write-whole.ts'
import { keepFirstCopy, keptCopyPath, keptText, textIfAny } from '../kept-copy.ts'
import type { Op } from '../ops.ts'

type AcceptHome = Extract<Step, { kind: 'AcceptHome' }>

export type StackFileText = {
  /** The home that a stack file names. Throws a sentence when the text is not valid. */
  homeIn(text: string): Home
  /** The same text with another home. */
  acceptHome(text: string, home: Home): string
}

export function acceptHomeOp({ homeIn, acceptHome }: StackFileText): Op<AcceptHome> {
  return {
    async precondition({ stackFile, from, to }) {
      const home = homeIn(await existing(stackFile))
      if (!isSameHome(home, from) && !isSameHome(home, to)) {
        throw new Error(
          `Home in ${stackFile} is ${home.context} on engine ${home.engineId}, expected ${from.context} on engine ${from.engineId}: the world has changed since the plan was approved.`,
        )
      }
    },
    async run({ stackFile, to }, site) {
      await removeTemporaries(stackFile)
      await keepFirstCopy(site, stackFile)
      const text = await existing(stackFile)
      if (!isSameHome(homeIn(text), to)) await writeWhole(stackFile, acceptHome(text, to))
    },
    async verify({ stackFile, to }) {
      const home = homeIn(await existing(stackFile))
      if (!isSameHome(home, to)) {
        throw new Error(`Home in ${stackFile} is ${home.context}, expected ${to.context}.`)
      }
    },
    /** Only what this step wrote is taken back; an edit made since then is not overwritten. */
    async rollback({ stackFile, to }, site) {
      await removeTemporaries(stackFile)
      const kept = await keptText(site, stackFile)
      if (!kept.kept || kept.text === null) return
      const current = await textIfAny(stackFile)
      if (current === kept.text) return
      if (current !== acceptHome(kept.text, to)) {
        throw new Error(
          `${stackFile} was changed after it was written, so it is left alone. The copy from before is ${keptCopyPath(site, stackFile)}.`,
        )
      }
      await writeWhole(stackFile, kept.text)
    },
  }
}

async function existing(stackFile: string): Promise<string> {
  const text = await textIfAny(stackFile)
  if (text === null) throw new Error(`There is no stack file at ${stackFile}.`)
  return text
}
