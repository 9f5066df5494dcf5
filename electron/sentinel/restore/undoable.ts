import { shortId } from '../../../shared/domain/short-id.ts'
import type { UndoableView } from '../../../shared/ipc/contract.ts'
import type { Step } from '../../../shared/plan/plan.ts'
import { dashboardPart, type MadeDashboard } from '../../../shared/plan/restore/dashboard-parts.ts'
import {
  configurationId,
  dataParts,
  hostPathOf,
  type Selection,
} from '../../../shared/plan/restore/selection.ts'
import {
  keepDirectoryIn,
  type OperationRecord,
  readOperation,
  readOperations,
  undoableDays,
} from '../../act/operation-directory.ts'
import { snapshotTaken } from '../../act/ops/restore/take-snapshot.ts'
import type { Repository } from '../../backup/repository/repository.ts'

const dayMs = 86_400_000

type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>

const stepsOf = <K extends Step['kind']>({ file }: OperationRecord, kind: K): StepOf<K>[] =>
  (file?.plan.steps ?? []).filter((step): step is StepOf<K> => step.kind === kind)

/** Restores of the last days that were carried out and have not been undone, newest first. */
export async function undoableRestores(
  stateDirectory: string,
  now: number,
): Promise<UndoableView[]> {
  const ended = (await readOperations(stateDirectory)).filter((one) => endOf(one) !== undefined)
  const undone = new Set(
    ended.flatMap(({ file }) =>
      file?.plan.intent.kind === 'undo-restore' ? [file.plan.intent.operation] : [],
    ),
  )
  const found: UndoableView[] = []
  for (const one of ended.toReversed()) {
    const endedAt = endOf(one) ?? ''
    const { intent } = one.file?.plan ?? {}
    const until = Date.parse(endedAt) + undoableDays * dayMs
    if (intent?.kind !== 'restore' && intent?.kind !== 'undo-restore') continue
    if (undone.has(one.id) || until <= now || !(await snapshotOf(one))) continue
    const { title = one.id, plan } = one.file ?? {}
    const stack = plan?.stack ?? ''
    found.push({ id: one.id, title, stack, endedAt, until: new Date(until).toISOString() })
  }
  return found
}

function endOf({ records, problem }: OperationRecord): string | undefined {
  const end = records.at(-1)
  if (problem !== undefined || end?.type !== 'end') return undefined
  return end.outcome === 'done' ? end.at : undefined
}

async function snapshotOf(operation: OperationRecord): Promise<string | undefined> {
  const [step] = stepsOf(operation, 'TakeSnapshot')
  const keepDirectory = keepDirectoryIn(operation.directory)
  return step && snapshotTaken(step, { keepDirectory })
}

/** What a restore wrote over, in the snapshot that it took before. */
export async function toUndo(repository: Repository, stateDirectory: string, id: string) {
  const operation = await readOperation(stateDirectory, id)
  const taken = operation && (await snapshotOf(operation))
  if (!operation || taken === undefined) {
    throw new Error(`Operation ${id} is no restore that can be undone.`)
  }
  if (endOf(operation) === undefined) {
    throw new Error(`Operation ${id} has not come to a good end: go on with it, or roll it back.`)
  }
  const { id: snapshot, manifest } = await repository.find(taken)
  const files = await repository.files(snapshot)
  const notes: string[] = []

  const data = stepsOf(operation, 'RestoreVolume').flatMap(({ place }) => {
    const part = dataParts(manifest).find(
      (one) => one.place.type === place.type && one.place.source === place.source,
    )
    if (part) return [part]
    notes.push(`Volume ${place.source} was made by the restore; it stays, with what is in it.`)
    return []
  })
  const put = stepsOf(operation, 'PutBackFiles').flatMap((step) => step.files)
  const removed = stepsOf(operation, 'RemoveFiles').flatMap((step) => step.files)
  const wanted = new Set(
    [...put.filter(({ replaces }) => replaces !== null), ...removed].map(({ file }) => file),
  )
  const configuration = files.filter(
    (file) =>
      file.component === configurationId &&
      (file.type === 'directory' || wanted.has(hostPathOf(file))),
  )
  const held = new Set(configuration.map(hostPathOf))
  for (const file of wanted) {
    if (held.has(file)) continue
    notes.push(
      `What ${file} held before is not in snapshot ${shortId(snapshot)}; it is in ${keepDirectoryIn(operation.directory)}.`,
    )
  }
  const dashboards = toBringBack(operation).flatMap(({ component, path, title }) => {
    const file = files.find((one) => one.component === component && one.path === path)
    const part = file && dashboardPart(file)
    if (!part) {
      notes.push(
        `Dashboard “${title}” from before is not in snapshot ${shortId(snapshot)}; it is in ${keepDirectoryIn(operation.directory)}.`,
      )
    }
    return part ? [part] : []
  })
  const selection: Selection = { data, configuration, dashboards, unknown: [], notes }
  const made = put
    .filter(({ replaces }) => replaces === null)
    .map(({ file, sha256 }) => ({ file, sha256 }))
  const madeDashboards = stepsOf(operation, 'RestoreDashboard')
    .filter(({ replaces }) => replaces === null)
    .map(
      ({ component, path, uid, title, project, service, url, sha256 }): MadeDashboard => ({
        ...{ component, path, uid, title, project, service, url, sha256 },
      }),
    )
  return { snapshot, manifest, files, selection, made, madeDashboards }
}

/** Dashboards that were there before. */
const toBringBack = (operation: OperationRecord) => [
  ...stepsOf(operation, 'RestoreDashboard').filter(({ replaces }) => replaces !== null),
  ...stepsOf(operation, 'RemoveDashboard'),
]
