import { randomUUID } from 'node:crypto'
import { access, readFile, rename } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { keepCopy, writeWhole } from '../adapters/disk/write-whole.ts'
import type { OperationSite } from './ops.ts'

type Site = Pick<OperationSite, 'keepDirectory'>

/** Where the copy of a file stands: its full path, below `keep/`. */
export const keptCopyPath = (site: Site, file: string): string =>
  join(site.keepDirectory, resolve(file))

const absenceMark = (site: Site, file: string): string => `${keptCopyPath(site, file)}.was-absent`

/**
 * Keeps a file as it is now, readable for its owner alone, or the fact that there is none. The first copy
 * that an operation keeps of a file stays: a later one would no longer be what it was.
 */
export async function keepFirstCopy(site: Site, file: string): Promise<void> {
  if ((await keptText(site, file)).kept) return
  const copy = keptCopyPath(site, file)
  if (await exists(file)) {
    // Under its own name only once it is whole: half a copy must not pass for the first one.
    await rename(await keepCopy(file, dirname(copy), `.partial-${randomUUID()}`), copy)
  } else {
    await writeWhole(absenceMark(site, file), '')
  }
}

/** The same to the byte; `undefined` where no copy was kept, `null` where there was no file. */
export async function keptBytes(site: Site, file: string): Promise<Buffer | null | undefined> {
  const copy = await bytesIfAny(keptCopyPath(site, file))
  if (copy !== null) return copy
  return (await exists(absenceMark(site, file))) ? null : undefined
}

type KeptText = { kept: false } | { kept: true; text: string | null }

/** What the file held when its copy was kept; `text` is null where there was no file. */
export async function keptText(site: Site, file: string): Promise<KeptText> {
  const copy = await textIfAny(keptCopyPath(site, file))
  if (copy !== null) return { kept: true, text: copy }
  return (await exists(absenceMark(site, file))) ? { kept: true, text: null } : { kept: false }
}

export async function textIfAny(file: string): Promise<string | null> {
  return (await bytesIfAny(file))?.toString('utf8') ?? null
}

export async function bytesIfAny(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file)
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

export async function exists(file: string): Promise<boolean> {
  try {
    await access(file)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'
