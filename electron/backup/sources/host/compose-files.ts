import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import type { ComposeStart } from '../../../../shared/domain/stack.ts'
import {
  type ComposeBind,
  type ComposeInclude,
  type ComposeReferences,
  composeReferences,
} from '../../../../shared/stack/compose/compose-references.ts'
import type { Variables } from '../../../../shared/stack/compose/interpolate.ts'
import { resolvePath } from '../../../../shared/stack/paths.ts'
import { diskProblem } from '../../../adapters/disk/disk-problem.ts'
import type { HostRoot } from './host-tree.ts'

export type FoundInCompose = {
  roots: HostRoot[]
  binds: ComposeBind[]
  builds: ComposeReferences['builds']
  gaps: string[]
}

const mostFiles = 500

/**
 * The compose files of one start and everything that they lead to, however deep. Files that
 * cannot be read are among the roots all the same: whoever reads those says what is wrong.
 */
export async function composeFilesOf(
  start: Pick<ComposeStart, 'files' | 'envFiles'>,
  project: { name: string; workingDir: string },
  env: Variables,
): Promise<FoundInCompose> {
  const found: FoundInCompose = { roots: [], binds: [], builds: [], gaps: [] }
  const read = new Set<string>()

  async function follow(include: ComposeInclude, outer: Variables, role: string): Promise<void> {
    const { workingDir } = include
    const given = include.envFiles?.map((path) => ({ path, isOptional: false }))
    const envFiles = given ?? [{ path: resolvePath(workingDir, '.env'), isOptional: true }]
    let variables = outer
    for (const { path, isOptional } of envFiles) {
      found.roots.push({ path, role: `env file of ${project.name}`, isOptional })
      // What is set where compose is called goes before what is in a file.
      variables = { ...(await envIn(path)), ...variables }
    }
    for (const path of include.paths) {
      found.roots.push({ path, role })
      // The same file below another directory leads elsewhere.
      const key = `${workingDir}\n${path}`
      if (read.has(key) || read.size >= mostFiles) continue
      read.add(key)
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        const code = (error as NodeJS.ErrnoException).code
        // That it is missing is told by whoever keeps it.
        if (code === 'ENOENT') return ''
        found.gaps.push(diskProblem(error, path, `${path} cannot be read`).message)
        return ''
      })
      const references = composeReferences(text, { workingDir, variables })
      found.roots.push(...references.files)
      found.binds.push(...references.binds)
      found.builds.push(...references.builds)
      found.gaps.push(...references.problems.map((problem) => `${path}: ${problem}`))
      for (const next of references.includes) {
        await follow(next, variables, `compose file that ${path} includes`)
      }
    }
  }

  const { files, envFiles } = start
  const first = {
    paths: files,
    workingDir: project.workingDir,
    ...(envFiles.length > 0 && { envFiles }),
  }
  await follow(first, env, `compose file of ${project.name}`)
  return found
}

async function envIn(path: string): Promise<Variables> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return parseEnv(text)
}
