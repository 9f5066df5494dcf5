import { chmod, readFile, stat } from 'node:fs/promises'
import { z } from 'zod'
import { diskProblem } from '../disk/disk-problem.ts'
import { writeWhole } from '../disk/write-whole.ts'
import type { Keyring } from './keyring.ts'

const layout = z.strictObject({
  version: z.literal(1),
  secrets: z.record(z.string(), z.string()),
})

/** Where there is no keyring: one file that its owner alone may read. */
export function secretFile(path: string): Keyring {
  async function load(): Promise<Record<string, string>> {
    try {
      const { mode } = await stat(path)
      // Somebody's backup program may have put it back for all to read.
      if ((mode & 0o077) !== 0) await chmod(path, 0o600)
      return layout.parse(JSON.parse(await readFile(path, 'utf8'))).secrets
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT') return {}
      if (code !== undefined) throw diskProblem(error, path, `${path} cannot be read`)
      // What the parser says may repeat what it has read.
      throw new Error(`${path} is not as Odin Sentinel wrote it; mend it or move it away.`)
    }
  }

  const save = (secrets: Record<string, string>) =>
    writeWhole(path, `${JSON.stringify({ version: 1, secrets }, null, 2)}\n`, { mode: 0o600 })

  return {
    find: async (name) => (await load())[name],
    keep: async (name, secret) => save({ ...(await load()), [name]: secret }),
    async remove(name) {
      const { [name]: found, ...others } = await load()
      if (found === undefined) return false
      await save(others)
      return true
    },
  }
}
