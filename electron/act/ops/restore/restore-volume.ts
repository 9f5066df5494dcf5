import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Step } from '../../../../shared/plan/plan.ts'
import type { EngineHands, EngineVolume } from '../../../adapters/docker/hands/engine-hands.ts'
import { makeTree, whatDiffers } from '../../../backup/restore/make-tree.ts'
import { type PlaceAt, removeOwnHelpers } from '../../../backup/restore/place.ts'
import { keepPreImage, preImage } from '../../../backup/restore/pre-image.ts'
import { snapshotTree, type Tree } from '../../../backup/restore/tree.ts'
import { keptDataIn } from '../../operation-directory.ts'
import type { Op, OperationSite } from '../../ops.ts'
import { withEngine } from '../with-engine.ts'
import type { RestoreDoors } from './restore-doors.ts'
import { isUp } from './running-set.ts'

type RestoreVolume = Extract<Step, { kind: 'RestoreVolume' }>

/** Labels by which Compose knows a volume as its own. */
const whose = ['com.docker.compose.project', 'com.docker.compose.volume']

/**
 * What was there is kept first, and only then anything is written: killed anywhere, `run` makes it
 * all new and `rollback` all old, as often as they are called.
 */
export function restoreVolumeOp({
  openHands,
  openRepository,
}: Pick<RestoreDoors, 'openHands' | 'openRepository'>): Op<RestoreVolume> {
  const wanted = async ({ stack, snapshot, component, leave }: RestoreVolume): Promise<Tree> => {
    const tree = await snapshotTree(await openRepository(stack), snapshot, component)
    const isLeft = ({ path }: { path: string }) => leave.includes(path.split('/')[0] ?? '')
    return { ...tree, entries: tree.entries.filter((entry) => !isLeft(entry)) }
  }

  return {
    async precondition(step, { signal }) {
      await withEngine(openHands, step, signal, async (hands) => {
        const volume = await present(hands, step, signal)
        if (volume) mustBeTheSame(step, volume)
        await mustBeQuiet(hands, step, signal)
      })
    },
    async run(step, site) {
      await withEngine(openHands, step, site.signal, async (hands) => {
        if (!(await present(hands, step, site.signal))) {
          const { make, place } = step
          if (!make)
            throw new Error(`${place.source} is missing, and nobody knows how it was made.`)
          await hands.createVolume({ name: place.source, ...make }, site.signal)
        }
        await mustBeQuiet(hands, step, site.signal)
        const at = placeAt(hands, step, site)
        const tree = await wanted(step)
        await keepPreImage(at, keptIn(step, site))
        await makeTree(at, tree)
      })
    },
    async verify(step, site) {
      const tree = await wanted(step)
      await withEngine(openHands, step, site.signal, async (hands) => {
        await mustBe(tree, placeAt(hands, step, site), 'as it is in the snapshot')
      })
    },
    async rollback(step, site) {
      const before = await preImage(keptIn(step, site))
      if (!before) {
        // Nothing is written before it is kept; a helper may stand there all the same, until it is
        // swept where the engine does not answer now.
        const sweep = (hands: EngineHands) => {
          const at = placeAt(hands, step, site)
          return removeOwnHelpers(at, at.helperId)
        }
        await withEngine(openHands, step, site.signal, sweep).catch(() => {})
        return
      }
      await withEngine(openHands, step, site.signal, async (hands) => {
        await mustBeQuiet(hands, step, site.signal)
        const at = placeAt(hands, step, site)
        await makeTree(at, before)
        await mustBe(before, at, 'as it was before')
      })
    },
  }
}

const keyOf = ({ place, component }: RestoreVolume): string =>
  createHash('sha256')
    .update(JSON.stringify([place, component]))
    .digest('hex')
    .slice(0, 12)

/** Where what it held is kept: a list and an archive. */
const keptIn = (step: RestoreVolume, { keepDirectory }: OperationSite): string =>
  join(keptDataIn(keepDirectory), keyOf(step))

const placeAt = (hands: EngineHands, step: RestoreVolume, site: OperationSite): PlaceAt => ({
  hands,
  place: step.place,
  leave: step.leave,
  helperId: `${site.id}-${keyOf(step)}`,
  signal: site.signal,
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

/** Whoever runs would write into what is being put back. */
async function mustBeQuiet(
  hands: EngineHands,
  { place }: RestoreVolume,
  signal: AbortSignal,
): Promise<void> {
  if (place.type === 'bind') return
  const users = await hands.containersUsing(place.source, signal)
  const active = users.filter(isUp).map(({ name }) => name)
  if (active.length === 0) return
  throw new Error(
    `${active.join(', ')} runs and writes to volume ${place.source}. Stop it, then go on.`,
  )
}

const mostNamed = 5

async function mustBe(tree: Tree, at: PlaceAt, as: string): Promise<void> {
  const differing = await whatDiffers(at, tree)
  if (differing.length === 0) return
  const named = differing.slice(0, mostNamed).join(', ')
  const more = differing.length > mostNamed ? ` and ${differing.length - mostNamed} more` : ''
  throw new Error(`${at.place.type} ${at.place.source} is not ${as}: ${named}${more}.`)
}
