import { createHash } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Stack } from '../../../shared/domain/stack.ts'
import { parseStackFile } from '../../../shared/stack/stack-file.ts'
import { writeWhole } from '../../adapters/disk/write-whole.ts'

const recordSchema = z.object({ file: z.string(), readAt: z.iso.datetime(), text: z.string() })

type LastGood = z.infer<typeof recordSchema> & { stack: Stack; keptAs: string }

/** The last good text of each stack file, also across restarts. */
type LastGoods = {
  load(): Promise<void>
  of(file: string): LastGood | undefined
  all(): readonly LastGood[]
  remember(file: string, text: string, stack: Stack): Promise<void>
  forget(file: string): Promise<void>
}

export function lastGoods(directory: string, now: () => number): LastGoods {
  const kept = new Map<string, LastGood>()
  const keptAs = (file: string) =>
    join(directory, `${createHash('sha256').update(file).digest('hex').slice(0, 16)}.json`)

  async function loadOne(path: string): Promise<void> {
    try {
      const record = recordSchema.parse(JSON.parse(await readFile(path, 'utf8')))
      const parsed = parseStackFile(record.text)
      if (parsed.ok && keptAs(record.file) === path) {
        kept.set(record.file, { ...record, stack: parsed.value, keptAs: path })
      }
    } catch {
      // What cannot be read guards nothing, and is written anew at the next good look.
    }
  }

  return {
    async load() {
      const names = await readdir(directory).catch(() => [])
      await Promise.all(
        names
          .filter((name) => name.endsWith('.json'))
          .map((name) => loadOne(join(directory, name))),
      )
    },
    of: (file) => kept.get(file),
    all: () => [...kept.values()],
    async remember(file, text, stack) {
      if (kept.get(file)?.text === text) return
      const record = { file, readAt: new Date(now()).toISOString(), text }
      const path = keptAs(file)
      kept.set(file, { ...record, stack, keptAs: path })
      // A full disk must not keep anybody from guarding: memory holds it meanwhile.
      await writeWhole(path, `${JSON.stringify(record, null, 2)}\n`).catch(() => undefined)
    },
    async forget(file) {
      kept.delete(file)
      // Where it cannot be removed, it is let go for as long as this process lives.
      await rm(keptAs(file), { force: true }).catch(() => undefined)
    },
  }
}
