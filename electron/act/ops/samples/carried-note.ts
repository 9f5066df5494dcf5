import { join } from 'node:path'
import { z } from 'zod'
import type { OperationSite } from '../../ops.ts'
import { readNote, writeNote } from '../../step-note.ts'

// What the steps that carry samples note of each other and of themselves, in the operation's directory.

const counts = z.record(z.string(), z.number())

/** What was copied from a container that recorded elsewhere. */
const savedNote = z.object({
  /** Nothing else is in the note where it had recorded nothing. */
  blocks: z.array(z.string()),
  /** Epoch milliseconds, both ends within. */
  from: z.number(),
  to: z.number(),
  /** What was counted, and what it came to. */
  selector: z.string(),
  counts,
  /** Of its last day, which no Prometheus has dropped for its age. */
  lastDay: counts,
  lastDayFrom: z.number(),
})
export type Saved = z.infer<typeof savedNote>

/** How home was, before anything was added. */
const homeNote = z.object({
  /** The block that its head became; absent where its head was empty. */
  head: z.string().exactOptional(),
  /** Blocks that are added, and were not there. */
  add: z.array(z.string()),
  /** What is counted before and after. */
  from: z.number(),
  to: z.number(),
  counts,
  /** Of these, in the time that the other side recorded as well. */
  within: counts,
  /** When home recorded last before it stopped, and when it was up again. */
  gap: z.object({ from: z.number(), to: z.number() }).exactOptional(),
})
export type HomeBefore = z.infer<typeof homeNote>

/** Names of these notes and files, by the container that recorded elsewhere. */
export type Carrying = { site: OperationSite; containerId: string }

const nameOf = (what: string, { containerId }: Carrying) => `samples-${what}-${containerId}`

export const copyFile = (what: 'away' | 'home', { site, containerId }: Carrying): string =>
  join(site.keepDirectory, `samples-${what}-${containerId.slice(0, 12)}.tar`)

/** By what a Prometheus of ours is found again after a crash. */
export const temporaryId = (what: string, { site, containerId }: Carrying): string =>
  `samples-${what}-${site.id}-${containerId.slice(0, 12)}`

async function read<T>(schema: z.ZodType<T>, what: string, of: Carrying): Promise<T | undefined> {
  const note = await readNote(of.site, nameOf(what, of))
  return note && schema.parse(JSON.parse(String(note['json'])))
}

const write = (what: string, of: Carrying, value: unknown): Promise<void> =>
  writeNote(of.site, nameOf(what, of), { json: JSON.stringify(value) })

export const readSaved = (of: Carrying) => read(savedNote, 'saved', of)
export const writeSaved = (of: Carrying, saved: Saved) => write('saved', of, saved)

export const readHome = (of: Carrying) => read(homeNote, 'home', of)
export const writeHome = (of: Carrying, home: HomeBefore) => write('home', of, home)

/** Snapshots that were there before we took one: they are somebody else's. */
export async function snapshotsOfOthers(
  what: 'away' | 'home',
  of: Carrying,
): Promise<readonly string[] | undefined> {
  return read(z.array(z.string()), `snapshots-${what}`, of)
}
export const writeSnapshotsOfOthers = (
  what: 'away' | 'home',
  of: Carrying,
  names: readonly string[],
) => write(`snapshots-${what}`, of, names)

/** Whether home's Prometheus ran before it was stopped for this. */
export const readWasRunning = (of: Carrying) => read(z.boolean(), 'was-running', of)
export const writeWasRunning = (of: Carrying, was: boolean) => write('was-running', of, was)

/** What came of it, once nothing was found missing. */
export const readCounted = (of: Carrying) => read(z.string(), 'counted', of)
export const writeCounted = (of: Carrying, sentence: string) => write('counted', of, sentence)
