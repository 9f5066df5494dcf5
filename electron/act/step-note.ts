import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeWhole } from '../adapters/disk/write-whole.ts'
import type { OperationSite } from './ops.ts'

const noteSchema = z.record(z.string(), z.union([z.string(), z.boolean(), z.number()]))
type Note = z.infer<typeof noteSchema>

/** Where an operation keeps its notes. */
type NoteSite = Pick<OperationSite, 'keepDirectory'>

const fileOf = (site: NoteSite, name: string) =>
  join(site.keepDirectory, `note-${encodeURIComponent(name)}.json`)

/**
 * How something was before a step changed it. The first note stays: after a crash the same step
 * runs again, and must not take its own half of the work for what was there before.
 */
export async function writeNote(site: NoteSite, name: string, note: Note): Promise<void> {
  if ((await readNote(site, name)) === undefined) {
    await writeWhole(fileOf(site, name), JSON.stringify(note))
  }
}

/** Undefined when the step has not come so far. */
export async function readNote(site: NoteSite, name: string): Promise<Note | undefined> {
  const text = await readFile(fileOf(site, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return text === undefined ? undefined : noteSchema.parse(JSON.parse(text))
}
