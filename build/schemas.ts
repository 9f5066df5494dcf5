import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { writeWhole } from '../electron/adapters/disk/write-whole.ts'
import { statusReportSchema, watchLineSchema } from '../shared/ipc/status.ts'
import { settingsFileSchema } from '../shared/settings/settings-schema.ts'
import { stackFileSchema } from '../shared/stack/stack-schema.ts'

// The published JSON Schemas: what `status --json` and `watch --json` print, and what
// the files that a person writes may hold. `node build/schemas.ts` writes them; a test says when they are out of date.

const directory = resolve(import.meta.dirname, '../shared/schemas')

type Published = { title: string; description: string; schema: z.ZodType; io: 'input' | 'output' }

const published: Readonly<Record<string, Published>> = {
  'settings.schema.json': {
    title: 'Odin Sentinel settings',
    description: 'What the owner of this machine chooses: whom to disturb when, whom else to tell.',
    schema: settingsFileSchema,
    io: 'input',
  },
  'stack.schema.json': {
    title: 'Odin Sentinel stack file',
    description: 'What Odin Sentinel guards: home, compose projects and their services.',
    schema: stackFileSchema,
    // A person writes it: keys with a default may be left out.
    io: 'input',
  },
  'status.schema.json': {
    title: 'odin-sentinel status --json',
    description: 'The verdict on one stack and everything that it rests on.',
    schema: statusReportSchema,
    io: 'output',
  },
  'watch-line.schema.json': {
    title: 'odin-sentinel watch --json',
    description: 'One line of the stream; each line is one such object.',
    schema: watchLineSchema,
    io: 'output',
  },
}

/** File name → text. */
function publishedSchemas(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(published).map(([file, { title, description, schema, io }]) => {
      const { $schema, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' })
      return [file, `${JSON.stringify({ $schema, title, description, ...rest }, null, 2)}\n`]
    }),
  )
}

/** Names of the files that are not as they should be. */
export async function outdatedSchemas(): Promise<string[]> {
  const wanted = publishedSchemas()
  const there = await readdir(directory).catch(() => [])
  const names = new Set([...Object.keys(wanted), ...there])
  const outdated = await Promise.all(
    [...names].map(async (name) => {
      const text = await readFile(join(directory, name), 'utf8').catch(() => undefined)
      return text === wanted[name] ? [] : [name]
    }),
  )
  return outdated.flat()
}

if (import.meta.main) {
  await mkdir(directory, { recursive: true })
  for (const [file, text] of Object.entries(publishedSchemas())) {
    await writeWhole(join(directory, file), text, { mode: 0o644 })
    console.log(`wrote shared/schemas/${file}`)
  }
}
