import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Situation } from '../../../shared/assess/situation.ts'
import { homeSight } from '../../../shared/domain/whereabouts.ts'
import { err, type Result } from '../../../shared/kit/result.ts'
import { sentenceOf } from '../../../shared/kit/sentence-of.ts'
import type { Plan, Refusal } from '../../../shared/plan/plan.ts'
import type { Present, RestoreIntent } from '../../../shared/plan/restore/matter.ts'
import type { RestoreCode } from '../../../shared/plan/restore/refuse.ts'
import { notData, planRestore } from '../../../shared/plan/restore/restore.ts'
import {
  type DataPart,
  hostPathOf,
  type Selection,
  select,
} from '../../../shared/plan/restore/selection.ts'
import { newestWhole } from '../../../shared/plan/whole-snapshot.ts'
import type { OpenDashboards } from '../../act/ops/dashboards/dashboard-place.ts'
import { isUp } from '../../act/ops/restore/running-set.ts'
import type { OpenHands } from '../../act/ops/with-engine.ts'
import type { EngineHands } from '../../adapters/docker/hands/engine-hands.ts'
import { withChecksums } from '../../backup/look/with-checksums.ts'
import type { Repository } from '../../backup/repository/repository.ts'
import type { Counted, RestoreDeed } from '../../backup/restore/restore-deed.ts'
import { lookAtDashboards, stillAsMade } from './look-at-dashboards.ts'
import { toUndo } from './undoable.ts'

export type RestorePlannerParts = {
  /** Undefined where there is none. */
  openRepository: (stack: Situation['stack']) => Promise<Repository | undefined>
  openHands: OpenHands
  /** Reads all of it, apart from this process. */
  countData: (
    stack: Situation['stack'],
    deed: Extract<RestoreDeed, { what: 'count' }>,
  ) => Promise<Counted>
  openDashboards: OpenDashboards
  /** Of Sentinel itself: the stack file, the settings. */
  ownFiles: (stack: string) => readonly string[]
  stateDirectory: string
  /** How long somebody waits for the counts of a volume before it is told without. */
  countWithinMs?: number
}

export type PlanRestore = (
  situation: Situation,
  intent: RestoreIntent,
) => Promise<Result<Plan, Refusal<RestoreCode>>>

const usualCountMs = 20_000
/** The configuration, where its checksums have been lost. */
const readWithinMs = 60_000

/** Gathers what a restore is planned from: everything is looked at, nothing is changed. */
export function restorePlanner(parts: RestorePlannerParts): PlanRestore {
  return async (situation, intent) => {
    const { observed, stack } = situation
    const repository = await parts.openRepository(stack)
    if (!repository)
      return refusal('SNAPSHOT_MISSING', `There are no snapshots of ${stack.name} yet.`)
    const what = await whatIsWanted(repository, situation, intent, parts).catch(
      (error: unknown) => ({ problem: sentenceOf(error) }),
    )
    if ('problem' in what) {
      const code = intent.kind === 'undo-restore' ? 'NOT_UNDOABLE' : 'SNAPSHOT_MISSING'
      return refusal(code, what.problem)
    }
    try {
      const { snapshot, manifest } = what
      const made = 'madeDashboards' in what ? what.madeDashboards : []
      const still = await stillAsMade(made, stack.name, parts.openDashboards)
      const configuration = await withChecksums(
        repository,
        what.selection.configuration,
        AbortSignal.timeout(readWithinMs),
      )
      const selection = {
        ...what.selection,
        configuration,
        notes: [...what.selection.notes, ...still.notes],
      }
      const [onDisk, dashboards] = await Promise.all([
        lookAtPresent(selection, snapshot, situation, parts),
        lookAtDashboards(selection.dashboards, situation, { ...parts, repository, snapshot }),
      ])
      return planRestore({
        ...{ intent, stack, observed, snapshot, manifest, selection },
        present: { ...onDisk, dashboards: [...dashboards, ...still.unknown] },
        madeDashboards: still.made,
        now: situation.now,
        repository: repository.directory,
        ...('made' in what && { made: what.made }),
      })
    } catch (error) {
      return refusal('NOT_LOOKED_AT', sentenceOf(error))
    }
  }
}

const nextSteps = {
  SNAPSHOT_MISSING: 'Look at the list of snapshots, and choose one of it.',
  NOT_UNDOABLE:
    'Look at the list of operations: it says which restores can be undone, and until when.',
  NOT_LOOKED_AT: 'See to that, then look at a new plan; nothing was changed.',
}

const refusal = (code: keyof typeof nextSteps, sentence: string) =>
  err<Refusal<RestoreCode>>({ code, sentence, nextStep: nextSteps[code] })

async function whatIsWanted(
  repository: Repository,
  { stack }: Situation,
  intent: RestoreIntent,
  { ownFiles, stateDirectory }: RestorePlannerParts,
) {
  if (intent.kind === 'undo-restore') return toUndo(repository, stateDirectory, intent.operation)
  const { id: snapshot, manifest } = await found(repository, intent.snapshot, stack.name)
  const files = await repository.files(snapshot)
  const { only } = intent
  const own = ownFiles(stack.name)
  const selection = select({ manifest, files, stack, ownFiles: own, ...(only && { only }) })
  return { snapshot, manifest, files, selection }
}

async function found(repository: Repository, asked: string, stack: string) {
  if (asked !== 'latest') return repository.find(asked)
  const newest = newestWhole((await repository.snapshots()).sound, stack)
  if (newest) return newest
  throw new Error(`No whole snapshot of ${stack} was found right when it was last read.`)
}

async function lookAtPresent(
  selection: Selection,
  snapshot: string,
  { observed, stack }: Situation,
  { openHands, countData, countWithinMs = usualCountMs }: RestorePlannerParts,
): Promise<Present> {
  const hashes = new Map<string, string | null>()
  for (const file of selection.configuration) {
    if (file.type !== 'directory') hashes.set(hostPathOf(file), await hashOf(hostPathOf(file)))
  }
  const nothing: Present = { hashes, volumes: new Map(), counts: new Map() }
  const sight = homeSight(observed, stack.home)
  if (selection.data.length === 0 || !sight) return nothing
  const hands = await openHands(sight.endpoint)
  try {
    const volumes: Present['volumes'] = new Map(
      (await Promise.all(selection.data.map((part) => volumeOf(hands, part)))).flat(),
    )
    const isRoomKnown = await hands.freeBytes().then(
      (free) => free !== undefined,
      () => false,
    )
    const counted = await countData(stack, {
      ...{ what: 'count', snapshot, endpoint: sight.endpoint, engineId: stack.home.engineId },
      parts: selection.data.map(({ component, place }) => ({
        ...{ component: component.id, place },
        leave: component.kind === 'prometheus' ? notData : [],
      })),
      withinMs: countWithinMs,
    }).catch((): Counted => ({}))
    return { hashes, volumes, counts: new Map(Object.entries(counted)), isRoomKnown }
  } finally {
    hands.close()
  }
}

async function volumeOf(hands: EngineHands, { place }: DataPart) {
  if (place.type !== 'volume') return []
  const volume = await hands.volume(place.source)
  if (!volume) return []
  const { driver, options, labels } = volume
  const users = (await hands.containersUsing(place.source)).filter(isUp)
  const activeUsers = users.map(({ project, service, name }) => ({ project, service, name }))
  return [[place.source, { driver, options, labels, activeUsers }] as const]
}

/** null where there is none. Rejects where it cannot be read. */
async function hashOf(file: string): Promise<string | null> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
    return hash.digest('hex')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new Error(`${file} cannot be read (${code}), so nobody knows what would be replaced.`)
  }
}
