import { type FileHandle, open, readFile } from 'node:fs/promises'
import { z } from 'zod'
import { diskProblem } from '../adapters/disk/disk-problem.ts'

export const outcomes = ['done', 'rolled-back', 'needs-attention', 'cancelled'] as const
export type Outcome = (typeof outcomes)[number]

const at = z.iso.datetime()
const step = z.number().int().nonnegative()
const problem = z.string()

/** `step` counts from 0, as in the plan. */
const journalRecord = z.discriminatedUnion('type', [
  /** The world may be touched from here on. */
  z.strictObject({ at, type: z.literal('intent'), step }),
  /** Carried out and verified. */
  z.strictObject({ at, type: z.literal('done'), step }),
  z.strictObject({ at, type: z.literal('failed'), step, problem }),
  /** What came of the step beyond its being done. A later one takes the place of this one. */
  z.strictObject({ at, type: z.literal('remark'), step, remark: z.string() }),
  z.strictObject({ at, type: z.literal('undo'), step }),
  z.strictObject({ at, type: z.literal('undone'), step }),
  z.strictObject({ at, type: z.literal('undo-failed'), step, problem }),
  z.strictObject({
    at,
    type: z.literal('end'),
    outcome: z.enum(outcomes),
    sentence: z.string(),
  }),
])
export type JournalRecord = z.infer<typeof journalRecord>

/** The durable record of what was started and finished. */
export interface Journal {
  /** When this resolves, the record survives kill -9 and a power cut. */
  write(record: JournalRecord): Promise<void>
  close(): Promise<void>
}

export type OpenJournal = (path: string) => Promise<Journal>

/**
 * Opens a journal for appending, or makes it. A torn last line is cut off: what it was to
 * announce has not happened, because nothing is done before its record is on disk.
 */
export const openJournal: OpenJournal = async (path) => {
  const handle = await open(path, 'a+', 0o600)
  try {
    let size = parse(await handle.readFile('utf8')).goodBytes
    await handle.truncate(size)
    await handle.sync()
    return {
      async write(record) {
        const line = Buffer.from(`${JSON.stringify(record)}\n`)
        try {
          await appendAll(handle, line)
          await handle.sync()
        } catch (error) {
          // Half a line must not stand in front of the next record.
          await handle.truncate(size).catch(() => {})
          throw diskProblem(error, path, `${path} cannot be written`)
        }
        size += line.length
      },
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function appendAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += (await handle.write(bytes, written)).bytesWritten
  }
}

type JournalContent = {
  records: readonly JournalRecord[]
  /** A line in the middle makes no sense: what was touched is not known for certain. */
  damaged: boolean
}

/** Reads a journal as a crash may have left it; a missing one is empty. */
export async function readJournal(path: string): Promise<JournalContent> {
  const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  return parse(content)
}

function parse(content: string): JournalContent & { goodBytes: number } {
  const lines = content.split('\n')
  const tail = lines.pop() ?? ''
  const parsed = lines.map(recordIn)
  let torn = Buffer.byteLength(tail)
  if (torn === 0 && parsed.length > 0 && parsed.at(-1) === undefined) {
    torn = Buffer.byteLength(lines.at(-1) ?? '') + 1
    parsed.pop()
  }
  const records = parsed.filter((record) => record !== undefined)
  return {
    records,
    damaged: records.length < parsed.length,
    goodBytes: Buffer.byteLength(content) - torn,
  }
}

function recordIn(line: string): JournalRecord | undefined {
  try {
    return journalRecord.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
