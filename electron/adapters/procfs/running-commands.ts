import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** One process, and the words it was started with. */
export type RunningCommand = { pid: number; words: readonly string[] }

const readAtOnce = 16

/** Every process that this user may see and that was started with words; it starts none to look. */
export async function runningCommands(procRoot: string): Promise<RunningCommand[]> {
  const names = (await readdir(procRoot)).filter((name) => /^\d+$/.test(name))
  const found: RunningCommand[] = []
  const next = names.values()
  await Promise.all(
    Array.from({ length: readAtOnce }, async () => {
      for (const name of next) {
        // It may end while we look, and says nothing about itself once it has.
        const text = await readFile(join(procRoot, name, 'cmdline'), 'utf8').catch(() => '')
        const words = text.replace(/\0$/, '').split('\0')
        if (text !== '') found.push({ pid: Number(name), words })
      }
    }),
  )
  return found
}
