import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { Container } from '../../../shared/domain/container.ts'
import type { Manifest, SnapshotGap } from '../../../shared/domain/snapshot.ts'
import type { Stack } from '../../../shared/domain/stack.ts'
import { servicesOf } from '../../../shared/domain/stack.ts'
import { sentenceOf } from '../../../shared/kit/sentence-of.ts'
import { withoutStop } from '../../../shared/kit/without-stop.ts'
import { roleOf } from '../../../shared/stack/roles.ts'
import type { Places } from '../../adapters/disk/places.ts'
import type { DockerPlace } from '../../adapters/docker/config-file.ts'
import { connectHands } from '../../adapters/docker/hands/connect-hands.ts'
import type { EngineParts } from '../sources/engine/engine-parts.ts'
import { type EngineSourcesParts, engineSources } from '../sources/engine/engine-sources.ts'
import { type PendingCleanups, pendingCleanups } from '../sources/engine/pending-cleanups.ts'
import { sweepHelpers } from '../sources/engine/settle-pending.ts'
import { dataPathOf, placeOf } from '../sources/engine/tsdb-place.ts'
import { hostSources } from '../sources/host/configuration.ts'
import { openKnownFiles } from '../sources/host/known-files.ts'
import type { BackupSource } from '../sources/source.ts'
import { boundQuiet } from './bound-quiet.ts'
import type { Gather } from './gathered.ts'
import { findHomeEngine, type HomeEngine } from './home-engine.ts'
import { machineHere } from './machine-here.ts'
import { settleHere } from './settle-here.ts'

type GatherParts = {
  place: DockerPlace
  places: Places
  grafanaToken: () => Promise<string | undefined>
}

/** Finds everything of a stack with the real Docker and disk. */
export const gatherHere =
  ({ place, places, grafanaToken }: GatherParts): Gather =>
  async ({ stack, stackFile }, signal) => {
    const pending = pendingCleanups(places.state)
    const left = (await settleHere(pending, place, signal)).filter(({ isDone }) => !isDone)
    const gaps: SnapshotGap[] = left.map(({ sentence }) => ({ component: 'put-back', sentence }))
    const home = await findHomeEngine(stack, place, signal).catch((error) => {
      signal.throwIfAborted()
      gaps.push({ component: 'engine', sentence: noData(error) })
      return undefined
    })
    const known = await openKnownFiles(join(places.cache, 'known-files', stack.name))
    const hands = home && connectHands(home.target, { env: place.env })
    const machine = machineHere(stack, home, place)
    try {
      // What is left of it is swept another time.
      if (hands) await sweepHelpers(hands, signal).catch(() => signal.throwIfAborted())
      const containers = home?.containers ?? []
      const parts = home && hands && engineParts(stack, home, hands, pending)
      const covered = parts
        ? await prometheusDirectories(stack, parts, signal).catch(() => new Set<string>())
        : new Set<string>()
      signal.throwIfAborted()
      const onHost = await hostSources({
        stack,
        containers,
        ownFiles: await present(stackFile, join(places.config, 'settings.yaml')),
        env: place.env,
        known,
        ...(parts && { quiesce: boundQuiet(parts) }),
        isCovered: ({ path }) => covered.has(path),
      })
      const onEngine = parts
        ? await sourcesOn(stack, containers, { ...parts, grafanaToken }, signal).catch(
            (error): readonly BackupSource[] => {
              signal.throwIfAborted()
              gaps.push({ component: 'engine', sentence: noData(error) })
              return []
            },
          )
        : []
      return {
        sources: [onHost[0], machine.source, ...onHost.slice(1), ...onEngine].filter(
          (one) => one !== undefined,
        ),
        engine: engineFacts(home),
        images: async () => (await machine.evidence())?.images ?? imagesOf(containers),
        gaps,
        async close(committed) {
          hands?.close()
          machine.close()
          if (committed) await known.save()
        },
      }
    } catch (error) {
      hands?.close()
      machine.close()
      throw error
    }
  }

const noData = (error: unknown): string =>
  `No data of the engine is in it: ${withoutStop(sentenceOf(error))}.`

const sourcesOn = async (
  stack: Stack,
  containers: readonly Container[],
  parts: Omit<EngineSourcesParts, 'volumes'>,
  signal: AbortSignal,
) =>
  engineSources(stack, containers, { ...parts, volumes: await parts.hands.volumes(signal) }, signal)

/** A person need not have written all of them. */
async function present(...files: readonly (string | undefined)[]): Promise<string[]> {
  const named = files.filter((file) => file !== undefined)
  const there = await Promise.all(
    named.map((file) =>
      access(file).then(
        () => true,
        (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
      ),
    ),
  )
  return named.filter((_, index) => there[index])
}

const engineParts = (
  stack: Stack,
  { context, target, engine }: HomeEngine,
  hands: EngineParts['hands'],
  pending: PendingCleanups,
): EngineParts => ({
  hands,
  engine: { id: engine.id, context, endpoint: target.endpoint },
  pending,
  mayStop: stack.backup?.mayStop ?? [],
})

/** Directories of this machine that a Prometheus has its data in: it makes a copy of its own. */
async function prometheusDirectories(
  stack: Stack,
  { hands }: EngineParts,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const services = servicesOf(stack).filter((one) => roleOf(one) === 'prometheus')
  const found = await Promise.all(
    services.map(({ project, service }) => hands.containersOf(project, service.name, signal)),
  )
  const places = found.flat().map((one) => placeOf(one, dataPathOf(one)))
  return new Set(
    places.flatMap((place) => (place?.type === 'bind' ? join(place.source, place.below) : [])),
  )
}

const engineFacts = (home: HomeEngine | undefined): Manifest['engine'] =>
  home
    ? {
        id: home.engine.id,
        kind: home.engine.kind,
        version: home.engine.version,
        context: home.context,
        endpoint: home.target.endpoint,
      }
    : null

const imagesOf = (containers: readonly Container[]): Manifest['images'] =>
  Object.fromEntries(
    containers
      .filter(({ oneOff }) => !oneOff)
      .map(({ project, service, image, imageId }) => [
        `${project}/${service}`,
        { image, id: imageId, digests: [] },
      ]),
  )
