import { randomUUID } from 'node:crypto'
import { readdir, realpath, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** A name beside a file, under which the file is written before it takes its place. */
export const temporaryFor = (file: string): string =>
  join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`)

/**
 * Takes away what a process that was killed while it wrote this file has left beside it. Only for
 * whoever is the only one to write it now: of a write that is going on the beginning is lost.
 * What cannot be taken away stays; it is in nobody's way.
 */
export async function removeTemporaries(file: string): Promise<void> {
  const target = await realpath(file).catch(() => file)
  const directory = dirname(target)
  const prefix = `.${basename(target)}.`
  const isLeft = (name: string) =>
    name.startsWith(prefix) && name.endsWith('.tmp') && uuid.test(name.slice(prefix.length, -4))
  const names = await readdir(directory).catch(() => [])
  await Promise.all(
    names.filter(isLeft).map((name) => rm(join(directory, name), { force: true }).catch(() => {})),
  )
}
