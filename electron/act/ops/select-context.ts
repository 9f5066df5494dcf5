import { join } from 'node:path'
import type { Step } from '../../../shared/plan/plan.ts'
import { removeTemporaries } from '../../adapters/disk/temporary-file.ts'
import { keptCopyPath } from '../kept-copy.ts'
import type { Op } from '../ops.ts'

type SelectContext = Extract<Step, { kind: 'SelectContext' }>

export type ContextSelection = {
  /** Writes the name as the docker CLI does; `default` takes the key away. */
  selectContext(target: { configDirectory: string; to: string }): Promise<void>
  /** What config.json says now; `default` where it says nothing. */
  configuredContext(configDirectory: string): Promise<string>
}

export function selectContextOp({
  selectContext,
  configuredContext,
}: ContextSelection): Op<SelectContext> {
  return {
    /**
     * Already there is fine too: Docker Desktop makes its own context current when it
     * starts, which may be an earlier step of the same plan.
     */
    async precondition({ configDirectory, from, to }) {
      const current = await configuredContext(configDirectory)
      if (current !== from && current !== to) {
        throw new Error(
          `Docker context is ${current}, expected ${from}: the world has changed since the plan was approved.`,
        )
      }
    },
    async run({ configDirectory, to }) {
      await removeTemporaries(join(configDirectory, 'config.json'))
      if ((await configuredContext(configDirectory)) !== to) {
        await selectContext({ configDirectory, to })
      }
    },
    async verify({ configDirectory, to }) {
      const current = await configuredContext(configDirectory)
      if (current !== to) throw new Error(`Docker context is ${current}, expected ${to}.`)
    },
    /** Somebody who has chosen a third context meanwhile is not overruled. */
    async rollback({ configDirectory, from, to }, site) {
      const file = join(configDirectory, 'config.json')
      await removeTemporaries(file)
      try {
        if ((await configuredContext(configDirectory)) !== to) return
        await selectContext({ configDirectory, to: from })
        const current = await configuredContext(configDirectory)
        if (current !== from) throw new Error(`Docker context is still ${current}.`)
      } catch (error) {
        throw new Error(
          `${(error as Error).message} Set "currentContext" in ${file} to "${from}" by hand; the copy from before is ${keptCopyPath(site, file)}.`,
          { cause: error },
        )
      }
    },
  }
}
