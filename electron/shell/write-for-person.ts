import { stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Writes a Markdown file where a person finds it: among their downloads, else in their home.
 * Never over a file that is there: the next one gets a number. Resolves to where it is.
 */
export async function writeForPerson(
  name: string,
  text: string,
  home: string = homedir(),
): Promise<string> {
  const downloads = join(home, 'Downloads')
  const there = await stat(downloads).catch(() => undefined)
  const directory = there?.isDirectory() ? downloads : home
  const day = new Date().toISOString().slice(0, 10)
  for (let number = 1; ; number += 1) {
    const path = join(directory, `${name}-${day}${number === 1 ? '' : `-${number}`}.md`)
    try {
      // For its owner alone: a report names hosts and paths.
      await writeFile(path, text, { flag: 'wx', mode: 0o600 })
      return path
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}
