import { readFile, stat } from 'node:fs/promises'
import { z } from 'zod'
import { writeWhole } from '../../adapters/disk/write-whole.ts'
import type { Layout } from './layout.ts'

const notesSchema = z.record(
  z.string(),
  z.strictObject({
    sizeBytes: z.number().int().min(0),
    /** When all of it was read for the last time, and had the bytes that its name says. */
    readAt: z.iso.datetime(),
  }),
)

/** What is remembered of packs by their names. Whatever is not in it has to be read. */
export type PackNotes = z.infer<typeof notesSchema>

/** Never rejects: notes that make no sense are none. */
export async function readNotes(layout: Layout): Promise<PackNotes> {
  try {
    return notesSchema.parse(JSON.parse(await readFile(layout.packNotes, 'utf8')))
  } catch {
    return {}
  }
}

export const writeNotes = (layout: Layout, notes: PackNotes): Promise<void> =>
  writeWhole(layout.packNotes, `${JSON.stringify(notes)}\n`)

/** These have been read whole since then, and each had its name. */
export async function noteRead(
  layout: Layout,
  packs: readonly { sha256: string; encrypted: boolean }[],
  readAt: string,
): Promise<void> {
  const notes: PackNotes = {}
  for (const { sha256, encrypted } of packs) {
    const found = await stat(layout.pack(sha256, encrypted)).catch(() => undefined)
    if (found) notes[sha256] = { sizeBytes: found.size, readAt }
  }
  await writeNotes(layout, { ...(await readNotes(layout)), ...notes })
}
