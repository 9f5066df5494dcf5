import { randomBytes } from 'node:crypto'
import { access, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Plan } from '../../shared/plan/plan.ts'
import { diskProblem } from '../adapters/disk/disk-problem.ts'
import { syncDirectory } from '../adapters/disk/sync-directory.ts'
import { writeWhole } from '../adapters/disk/write-whole.ts'
import { type Journal, type OpenJournal, readJournal } from './journal.ts'
import { type PlanFile, parsePlanFile } from './plan-file.ts'

// <state>/operations/<id>/plan.json      what was approved; written once
//                         journal.jsonl  one record a line
//                         keep/          files as they were before

const day = 24 * 60 * 60 * 1000

const operationsDirectoryIn = (stateDirectory: string): string => join(stateDirectory, 'operations')

export const journalIn = (directory: string): string => join(directory, 'journal.jsonl')
export const keepDirectoryIn = (directory: string): string => join(directory, 'keep')
/** What volumes and directories of data held. */
export const keptDataIn = (keepDirectory: string): string => join(keepDirectory, 'data')

/** For so long a restore can be undone. */
export const undoableDays = 7

const idPattern = /^\d{8}T\d{6}Z-[0-9a-f]{6}$/

/** Sorts by time: `20261123T101500Z-3f9a0c`. */
export function newOperationId(now: number): string {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
  return `${time}-${randomBytes(3).toString('hex')}`
}

export type BegunOperation = PlanFile & { directory: string; journal: Journal }

/** Puts the plan on disk and opens its journal. Nothing has been touched yet. */
export async function beginOperation(
  stateDirectory: string,
  file: PlanFile,
  openJournal: OpenJournal,
): Promise<BegunOperation> {
  const directory = join(operationsDirectoryIn(stateDirectory), file.id)
  await mkdir(keepDirectoryIn(directory), { recursive: true, mode: 0o700 }).catch((error) => {
    throw diskProblem(error, directory, `${directory} cannot be made`)
  })
  await writeWhole(join(directory, 'plan.json'), `${JSON.stringify(file, null, 2)}\n`)
  const journal = await openJournal(journalIn(directory))
  await syncDirectory(directory)
  await syncDirectory(dirname(directory))
  return { ...file, directory, journal }
}

export type OperationRecord = {
  id: string
  directory: string
  /** Undefined where the plan cannot be read; then `problem` says why. */
  file?: PlanFile
  problem?: string
} & Awaited<ReturnType<typeof readJournal>>

/** Every operation that ever wrote a plan, oldest first. */
export async function readOperations(stateDirectory: string): Promise<OperationRecord[]> {
  const ids = await operationIds(stateDirectory)
  const all = await Promise.all(ids.map((id) => readOperation(stateDirectory, id)))
  return all.filter((operation) => operation !== undefined)
}

export async function readOperation(
  stateDirectory: string,
  id: string,
): Promise<OperationRecord | undefined> {
  const directory = join(operationsDirectoryIn(stateDirectory), id)
  const journal = await readJournal(journalIn(directory))
  const base = { id, directory, ...journal }
  try {
    const file = parsePlanFile(await readFile(join(directory, 'plan.json'), 'utf8'))
    return journal.damaged
      ? { ...base, file, problem: 'The journal of this operation is damaged.' }
      : { ...base, file }
  } catch (error) {
    // Killed before the plan was on disk: nothing can have been touched.
    if (isMissing(error) && journal.records.length === 0) return undefined
    return { ...base, problem: (error as Error).message }
  }
}

async function operationIds(stateDirectory: string): Promise<string[]> {
  const names = await readdir(operationsDirectoryIn(stateDirectory)).catch((error) => {
    if (isMissing(error)) return []
    throw error
  })
  return names.filter((name) => idPattern.test(name)).sort()
}

/**
 * Old operations go only when nobody can need their copies any more: ended without need
 * of attention, not among the newest 50, and older than 90 days.
 */
export async function forgetOldOperations(
  stateDirectory: string,
  now: number,
  { newest = 50, days = 90 }: { newest?: number; days?: number } = {},
): Promise<void> {
  const ids = await operationIds(stateDirectory)
  for (const id of ids) await forgetData(stateDirectory, id, now)
  for (const id of ids.slice(0, Math.max(0, ids.length - newest))) {
    const operation = await readOperation(stateDirectory, id)
    const end = operation?.records.at(-1)
    if (!operation || operation.problem !== undefined || end?.type !== 'end') continue
    const old = now - Date.parse(end.at) > days * day
    if (old && end.outcome !== 'needs-attention') await rm(operation.directory, { recursive: true })
  }
}

/**
 * What volumes held is large, and is in the snapshot that was taken first too: it goes when the
 * restore cannot be undone any more. An operation that is not over keeps it.
 */
async function forgetData(stateDirectory: string, id: string, now: number): Promise<void> {
  const data = keptDataIn(keepDirectoryIn(join(operationsDirectoryIn(stateDirectory), id)))
  const isThere = await access(data).then(
    () => true,
    () => false,
  )
  if (!isThere) return
  const operation = await readOperation(stateDirectory, id)
  const end = operation?.records.at(-1)
  if (!operation || operation.problem !== undefined || end?.type !== 'end') return
  const old = now - Date.parse(end.at) > undoableDays * day
  if (old && end.outcome !== 'needs-attention') await rm(data, { recursive: true, force: true })
}

export function planFileOf(
  order: { plan: Plan; hash: string; title: string },
  id: string,
  now: number,
): PlanFile {
  const { plan, hash, title } = order
  return { id, title, hash, startedAt: new Date(now).toISOString(), plan }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'
