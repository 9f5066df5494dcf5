import { join } from 'node:path'
import type { Stack } from '../../../shared/domain/stack.ts'
import { places } from '../../adapters/disk/places.ts'
import type { DockerPlace } from '../../adapters/docker/config-file.ts'
import { readDockerContexts } from '../../adapters/docker/docker-config.ts'
import { connectHands } from '../../adapters/docker/hands/connect-hands.ts'
import { connectScratch } from '../../adapters/docker/scratch/connect-scratch.ts'
import { type EngineTarget, targetOf } from '../../adapters/docker/target.ts'
import { findHomeEngine } from '../run/home-engine.ts'
import { settleHere } from '../run/settle-here.ts'
import type { CarryOut } from '../run/site.ts'
import { pendingCleanups } from '../sources/engine/pending-cleanups.ts'
import { drill } from './drill.ts'
import type { DrillEngine } from './drill-site.ts'

/** A drill with the real Docker, disk and clock. */
export function drillHere(place: DockerPlace): CarryOut<'drill'> {
  const { state, cache } = places(place.env, place.homeDirectory)
  const pending = pendingCleanups(state)
  return drill({
    openEngine: async (stack, context, signal) => openEngine(stack, context, place, signal),
    pending,
    settle: (signal) => settleHere(pending, place, signal),
    directory: join(cache, 'drill'),
    now: Date.now,
  })
}

async function openEngine(
  stack: Stack,
  context: string | undefined,
  place: DockerPlace,
  signal: AbortSignal,
): Promise<DrillEngine> {
  if (context === undefined) {
    const home = await findHomeEngine(stack, place, signal)
    return connected(home.context, home.target, home.engine.id, place)
  }
  const { contexts } = await readDockerContexts(place)
  const found = contexts.find(({ name }) => name === context)
  if (!found) {
    const names = contexts.map(({ name }) => name).join(', ')
    throw new Error(`There is no Docker context ${context}, expected one of ${names}.`)
  }
  const target = await targetOf(found, place)
  const hands = connectHands(target, { env: place.env })
  try {
    return connected(context, target, (await hands.identity(signal)).id, place)
  } finally {
    hands.close()
  }
}

function connected(
  context: string,
  target: EngineTarget,
  id: string,
  { env }: DockerPlace,
): DrillEngine {
  const hands = connectHands(target, { env })
  const scratch = connectScratch(target, { env })
  return {
    // Not to be broken off: the engine would make it all the same, after everything was removed.
    hands: { ...hands, createHelper: (wanted) => hands.createHelper(wanted) },
    scratch,
    noted: { id, context, endpoint: target.endpoint },
    close() {
      hands.close()
      scratch.close()
    },
  }
}
