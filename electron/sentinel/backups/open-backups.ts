import type { Stack } from '../../../shared/domain/stack.ts'
import type { Plan } from '../../../shared/plan/plan.ts'
import { operationInProgress } from '../../act/one-at-a-time.ts'
import { places } from '../../adapters/disk/places.ts'
import type { DockerPlace } from '../../adapters/docker/config-file.ts'
import { onBattery } from '../../adapters/power-supply/on-battery.ts'
import type { RunOrder } from '../../backup/order.ts'
import type { Repository } from '../../backup/repository/repository.ts'
import { repositoryDirectoryOf } from '../../backup/run/repository-directory.ts'
import type { StackFiles } from '../keep/stack-files.ts'
import type { Timeline } from '../keep/timeline.ts'
import type { Sentinel } from '../surface.ts'
import { isKeptBefore, keepBeforePlan, keptFirst, notKeptFirst } from './before-plan.ts'
import { type KeptBackups, keepBackups } from './keep-backups.ts'
import { ledgers } from './ledger.ts'
import type { SnapshotReader } from './snapshot-reader.ts'
import { refusingWhereGone } from './what-is-kept.ts'

/** How backups are taken and read; who is given none keeps none. */
export type BackupDoors = {
  /** Where the work is done: most often in a process of its own. */
  carryOut: RunOrder
  /** For reading alone; undefined where there is no repository yet. */
  open: (stack: Stack) => Promise<Repository | undefined>
  reader: SnapshotReader
  settle: () => Promise<readonly string[]>
}

type OpenBackupsParts = BackupDoors & {
  place: DockerPlace
  files: StackFiles
  timeline: Timeline
  tell: (subject: string, sentence: string) => void
  now: () => number
}

export type OpenedBackups = {
  kept: KeptBackups
  /** For steps of a plan. */
  doors: Pick<BackupDoors, 'carryOut' | 'open'>
  /** Resolves with a sentence where the configuration could not be kept. */
  beforePlan(plan: Plan): Promise<string | undefined>
  /** The same, whose plans say what is kept before them. */
  announcing(guard: Sentinel): Sentinel
}

export function openBackups(parts: OpenBackupsParts): OpenedBackups {
  const { place, files, timeline, tell, now } = parts
  const { state, data } = places(place.env, place.homeDirectory)
  const inForce = (name: string) => files.inForce().find(({ stack }) => stack?.name === name)
  const where = {
    directoryOf: (stack: Stack) => repositoryDirectoryOf(stack, data),
    open: parts.open,
    ledgers: ledgers({
      stateDirectory: state,
      now,
      onSetAside: (path) =>
        tell('file:backups', `What was remembered of backups begins anew; the file is ${path}.`),
    }),
  }
  // A disk that is not mounted gets no new repository in its place.
  const carryOut = refusingWhereGone(parts.carryOut, where)
  const kept = keepBackups({
    ...parts,
    ...where,
    carryOut,
    planRuns: async () => (await operationInProgress(state)) !== undefined,
    onBattery: () => onBattery(),
    record: timeline.record,
  })
  return {
    kept,
    doors: { carryOut, open: parts.open },
    async beforePlan(plan) {
      const { stack, file } = inForce(plan.stack) ?? {}
      if (!stack || file === undefined || !isKeptBefore(stack, plan)) return undefined
      try {
        return await keepBeforePlan(plan, { stack, stackFile: file, carryOut })
      } catch (error) {
        return notKeptFirst((error as Error).message)
      } finally {
        kept.lookSoon()
      }
    },
    announcing: (guard) => ({
      ...guard,
      async propose(name, intent) {
        const proposal = await guard.propose(name, intent)
        const { stack } = inForce(name) ?? {}
        if (proposal.kind !== 'plan' || !stack || !isKeptBefore(stack, proposal)) return proposal
        return { ...proposal, warnings: [...proposal.warnings, keptFirst] }
      },
    }),
  }
}
