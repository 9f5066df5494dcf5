import { randomUUID } from 'node:crypto'
import { readdir, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { diskProblem } from '../../../adapters/disk/disk-problem.ts'
import { syncDirectory } from '../../../adapters/disk/sync-directory.ts'
import { holderHere, isHolderThere, turnHolderSchema } from '../../../adapters/disk/turns.ts'
import { writeWhole } from '../../../adapters/disk/write-whole.ts'

// What a backup changes for a while on an engine, and how it is put back: one file for each
// change, on disk before the change is made, gone after it was put back.

const engine = z.strictObject({ id: z.string(), context: z.string(), endpoint: z.string() })
export type EngineNoted = z.infer<typeof engine>

const containerNoted = z.strictObject({
  id: z.string(),
  name: z.string(),
  project: z.string(),
  service: z.string(),
  number: z.number(),
})

const dataPlace = z.discriminatedUnion('type', [
  /** `below` is the path in the volume or the directory; empty for its root. */
  z.strictObject({ type: z.enum(['volume', 'bind']), source: z.string(), below: z.string() }),
  /** In the container's own layer. */
  z.strictObject({ type: z.literal('layer') }),
])
export type DataPlace = z.infer<typeof dataPlace>

const changes = [
  z.strictObject({ kind: z.literal('remove-helper'), helper: z.string() }),
  z.strictObject({
    kind: z.literal('start-container'),
    container: containerNoted,
    /** When it had been started, in the engine's words: another start is not ours to undo. */
    startedStamp: z.string(),
    /** The engine's clock just before it was stopped, epoch milliseconds. */
    engineNow: z.number(),
    graceSeconds: z.number(),
    /** When our stop had ended it; absent when we did not live to see it. */
    finishedStamp: z.string().exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('delete-tsdb-snapshot'),
    container: containerNoted,
    place: dataPlace,
    /** Prometheus' data directory in its container. */
    dataPath: z.string(),
    engineNow: z.number(),
    /** Absent when we did not live to hear it. */
    name: z.string().exactOptional(),
  }),
  /** Containers and volumes that carry the label of this drill. */
  z.strictObject({ kind: z.literal('remove-drill'), drill: z.uuid() }),
] as const
const pendingChange = z.discriminatedUnion('kind', changes)
export type PendingChange = z.infer<typeof pendingChange>
export type PendingOf<K extends PendingChange['kind']> = Extract<PendingChange, { kind: K }>

const pendingFile = z.strictObject({
  at: z.iso.datetime(),
  owner: turnHolderSchema,
  engine,
  change: pendingChange,
})
type PendingFile = z.infer<typeof pendingFile>
export type PendingRecord = PendingFile & { path: string }

export type PendingNote<C extends PendingChange> = {
  /** What is known of the change by now; on disk when this resolves. */
  update(change: C): Promise<void>
  /** It was put back. */
  done(): Promise<void>
}

export interface PendingCleanups {
  /** On disk when this resolves: only then the change may be made. */
  note<C extends PendingChange>(engine: EngineNoted, change: C): Promise<PendingNote<C>>
  /** What was left by processes that are gone, oldest first, and files that make no sense. */
  left(): Promise<{ records: readonly PendingRecord[]; broken: readonly string[] }>
  done(record: PendingRecord): Promise<void>
}

/** `stateDirectory` is Sentinel's own; the notes lie in `backup/pending/` below it. */
export function pendingCleanups(stateDirectory: string): PendingCleanups {
  const directory = join(stateDirectory, 'backup', 'pending')

  async function remove(path: string): Promise<void> {
    try {
      await unlink(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
      throw diskProblem(error, path, `${path} cannot be removed`)
    }
    await syncDirectory(directory)
  }

  return {
    async note(engine, change) {
      const owner = await holderHere('backup')
      const at = new Date().toISOString()
      const path = join(directory, `${at.replaceAll(':', '-')}_${randomUUID()}.json`)
      const write = (one: PendingChange) =>
        writeWhole(path, JSON.stringify({ at, owner, engine, change: one } satisfies PendingFile))
      await write(change)
      return { update: write, done: () => remove(path) }
    },
    async left() {
      const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return []
        throw diskProblem(error, directory, `${directory} cannot be read`)
      })
      const records: PendingRecord[] = []
      const broken: string[] = []
      for (const name of names.toSorted()) {
        if (!name.endsWith('.json')) continue
        const path = join(directory, name)
        const text = await readFile(path, 'utf8').catch(() => undefined)
        // Its process has put it back in this moment.
        if (text === undefined) continue
        const record = recordIn(text)
        if (record === undefined) broken.push(path)
        else if (!(await isHolderThere(record.owner))) records.push({ ...record, path })
      }
      return { records, broken }
    },
    done: ({ path }) => remove(path),
  }
}

function recordIn(text: string): PendingFile | undefined {
  try {
    return pendingFile.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
