import { readFile, rename } from 'node:fs/promises'
import type { z } from 'zod'
import { writeWhole } from '../../adapters/disk/write-whole.ts'

export type Loaded<T> = {
  value: T
  /** The file made no sense; it was kept under this name and `value` is the empty one. */
  setAside?: string
}

/** One of Sentinel's own small JSON files: written whole, never believed blindly. */
type StateFile<T> = {
  load(now: number): Promise<Loaded<T>>
  save(value: T): Promise<void>
}

export function stateFile<T>(path: string, schema: z.ZodType<T>, empty: T): StateFile<T> {
  return {
    async load(now) {
      let text: string
      try {
        text = await readFile(path, 'utf8')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { value: empty }
        throw error
      }
      const value = parsed(text, schema)
      if (value !== undefined) return { value }
      const setAside = `${path}.set-aside-${now}`
      await rename(path, setAside)
      return { value: empty, setAside }
    },
    save: (value) => writeWhole(path, `${JSON.stringify(value, null, 2)}\n`),
  }
}

function parsed<T>(text: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
