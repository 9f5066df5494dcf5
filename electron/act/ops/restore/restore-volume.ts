import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Step } from '../../../../shared/plan/plan.ts'
import type { EngineHands, EngineVolume } from '../../../adapters/docker/hands/engine-hands.ts'
import { mustBeQuiet } from '../../../backup/restore/place.ts'
import { keptDataIn } from '../../operation-directory.ts'
import type { Op, OperationSite } from '../../ops.ts'
import { withEngine } from '../with-engine.ts'
import type { RestoreDoors } from './restore-doors.ts'

type RestoreVolume = Extract<Step, { kind: 'RestoreVolume' }>

/** Labels by which Compose knows a volume as its own. */
const whose = ['com.docker.compose.project', 'com.docker.compose.volume']

/**
 * What was there is kept first, and only then anything is written: killed anywhere, `run` makes it
 * all new and `rollback` all old, as often as they are called.
 */
export function restoreVolumeOp({
  openHands,
  workOnData,
}: Pick<RestoreDoors, 'openHands' | 'workOnData'>): Op<RestoreVolume> {
  return {
    async precondition(step, { signal }) {
      await withEngine(openHands, step, signal, async (hands) => {
        const volume = await present(hands, step, signal)
        if (volume) mustBeTheSame(step, volume)
        await mustBeQuiet({ hands, place: step.place, signal })
      })
    },
    async run(step, site) {
      await withEngine(openHands, step, site.signal, async (hands) => {
        if (await present(hands, step, site.signal)) return
        const { make, place } = step
        if (!make) throw new Error(`${place.source} is missing, and nobody knows how it was made.`)
        await hands.createVolume({ name: place.source, ...make }, site.signal)
      })
      await workOnData(step.stack, { what: 'put-back', ...from(step), ...at(step, site) }, site)
    },
    verify: (step, site) =>
      workOnData(step.stack, { what: 'compare', ...from(step), ...at(step, site) }, site),
    rollback: (step, site) =>
      workOnData(step.stack, { what: 'take-back', ...at(step, site) }, site),
  }
}

const keyOf = ({ place, component }: RestoreVolume): string =>
  createHash('sha256')
    .update(JSON.stringify([place, component]))
    .digest('hex')
    .slice(0, 12)

const from = ({ snapshot, component }: RestoreVolume) => ({ snapshot, component })

const at = (step: RestoreVolume, { id, keepDirectory }: OperationSite) => ({
  ...{ endpoint: step.endpoint, engineId: step.engineId, place: step.place, leave: step.leave },
  helperId: `${id}-${keyOf(step)}`,
  keptIn: join(keptDataIn(keepDirectory), keyOf(step)),
})

async function present(
  hands: EngineHands,
  { place }: RestoreVolume,
  signal: AbortSignal,
): Promise<Omit<EngineVolume, 'createdAt'> | 'directory' | undefined> {
  return place.type === 'bind' ? 'directory' : hands.volume(place.source, signal)
}

function mustBeTheSame(
  { place, make }: RestoreVolume,
  volume: Omit<EngineVolume, 'createdAt'> | 'directory',
): void {
  if (volume === 'directory' || make === null) return
  const differs =
    volume.driver !== make.driver ||
    JSON.stringify(sorted(volume.options)) !== JSON.stringify(sorted(make.options)) ||
    whose.some((label) => volume.labels[label] !== make.labels[label])
  if (differs) {
    throw new Error(
      `Volume ${place.source} is not the one that was backed up: its driver, options or project are others. It is left alone.`,
    )
  }
}

const sorted = (map: Readonly<Record<string, string>>) =>
  Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1))
