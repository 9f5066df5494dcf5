import { createHash } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { incidentViewSchema, type StatusView, statusSchema } from '../../../shared/ipc/status.ts'
import { sentenceOf } from '../../../shared/kit/sentence-of.ts'
import type { IncidentRecord } from '../../../shared/report/incident-report.ts'
import { writeWhole } from '../../adapters/disk/write-whole.ts'

const recordSchema: z.ZodType<IncidentRecord> = z.strictObject({
  incident: incidentViewSchema,
  stack: z.string(),
  before: statusSchema.nullable(),
  worst: statusSchema,
  last: statusSchema,
})

/** Older ones go; a report goes no further back than the timeline does. */
const keptDays = 90
const settleMs = 1_000

/** How it was before, at its worst, and at last: for the report of each incident. */
export interface IncidentRecords {
  /** Cheap to call after every verdict. */
  note(before: StatusView | undefined, after: StatusView): void
  /** The incidents that lasted at or after `since` (ISO 8601), oldest first. */
  since(since: string, now: number): Promise<IncidentRecord[]>
  close(): Promise<void>
}

type IncidentRecordsParts = {
  stateDirectory: string
  /** Records that cannot be written stop no guard. */
  onProblem: (sentence: string) => void
}

const directoryIn = (stateDirectory: string) => join(stateDirectory, 'incidents')

/** An id names findings and may hold anything; a file name may not. */
const fileOf = (id: string) => `${createHash('sha256').update(id).digest('hex').slice(0, 32)}.json`

export function incidentRecords(parts: IncidentRecordsParts): IncidentRecords {
  const directory = directoryIn(parts.stateDirectory)
  const records = new Map<string, IncidentRecord>()
  const unwritten = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  async function write(): Promise<void> {
    timer = undefined
    for (const id of [...unwritten]) {
      unwritten.delete(id)
      const record = records.get(id)
      if (!record) continue
      try {
        await writeWhole(join(directory, fileOf(id)), `${JSON.stringify(record)}\n`)
      } catch (error) {
        parts.onProblem(sentenceOf(error))
      }
      if (record.incident.status === 'resolved') records.delete(id)
    }
  }

  return {
    note(before, after) {
      for (const incident of after.incidents) {
        const { id } = incident
        const known = records.get(id)
        // One that was over before we first saw it has been recorded by whoever saw it.
        if (!known && incident.status === 'resolved') continue
        const next = known
          ? { ...known, incident, worst: worse(known.worst, after, incident.findings), last: after }
          : { incident, stack: after.stack ?? '', before: calm(before), worst: after, last: after }
        if (known && same(known, next)) continue
        records.set(id, next)
        unwritten.add(id)
      }
      if (unwritten.size > 0) {
        timer ??= setTimeout(() => {
          writing = writing.then(write)
        }, settleMs)
      }
    },
    async since(since, now) {
      await writing
      await write()
      return readIncidentRecords(parts.stateDirectory, since, now)
    },
    async close() {
      clearTimeout(timer)
      await writing
      await write()
    },
  }
}

const calm = (status: StatusView | undefined): StatusView | null =>
  status?.incidents.every((incident) => incident.status === 'resolved') ? status : null

const firing = (status: StatusView, keys: readonly string[]): number =>
  status.findings.filter(
    (finding) => finding.status === 'firing' && keys.includes(`${finding.code}@${finding.subject}`),
  ).length

const worse = (known: StatusView, now: StatusView, keys: readonly string[]): StatusView =>
  firing(now, keys) >= firing(known, keys) ? now : known

const same = (a: IncidentRecord, b: IncidentRecord): boolean =>
  JSON.stringify([a.incident, a.last.health, a.last.sentence]) ===
  JSON.stringify([b.incident, b.last.health, b.last.sentence])

/** The incidents that lasted at or after `since`, oldest first. Damaged records are left out. */
export async function readIncidentRecords(
  stateDirectory: string,
  since: string,
  now: number,
): Promise<IncidentRecord[]> {
  const directory = directoryIn(stateDirectory)
  const names = await readdir(directory).catch(() => [])
  const records = await Promise.all(names.map((name) => readRecord(join(directory, name), now)))
  return records
    .filter((record): record is IncidentRecord => record !== undefined)
    .filter(({ incident }) => (incident.resolvedAt ?? '9') >= since)
    .sort((a, b) => a.incident.since.localeCompare(b.incident.since))
}

async function readRecord(path: string, now: number): Promise<IncidentRecord | undefined> {
  try {
    const record = recordSchema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data
    const ended = record?.incident.resolvedAt
    if (ended && now - Date.parse(ended) > keptDays * 86_400_000) {
      await rm(path)
      return undefined
    }
    return record
  } catch {
    return undefined
  }
}
