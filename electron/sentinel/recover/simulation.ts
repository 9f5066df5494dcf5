import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Destination } from '../../../shared/assess/simulate/move.ts'
import { simulate } from '../../../shared/assess/simulate/simulate.ts'
import type { Situation } from '../../../shared/assess/situation.ts'
import { engineAt } from '../../../shared/domain/whereabouts.ts'
import type { Simulation } from '../../../shared/ipc/simulation-view.ts'
import type { OpenHands } from '../../act/ops/with-engine.ts'

/** Docker Desktop for Linux shares this alone unless told otherwise (its settings, 4.4x). */
const sharedUnlessSaid = ['/home']
const desktopSettings = z.looseObject({ FilesharingDirectories: z.array(z.string()).optional() })

/** Looks at another engine, changes nothing, and says what would break there. */
export async function simulation(
  situation: Situation,
  context: string,
  { openHands, configDirectory }: { openHands: OpenHands; configDirectory: string },
): Promise<Simulation> {
  const { observed, stack } = situation
  const contexts = observed.contexts.status === 'known' ? observed.contexts.value.contexts : []
  const found = contexts.find(({ name }) => name === context)
  if (!found) {
    const names = contexts.map(({ name }) => name).join(', ')
    throw new Error(`There is no Docker context ${context}. There are: ${names}.`)
  }
  const sight = engineAt(observed, found.endpoint)
  if (sight?.engine.status !== 'known') {
    const why = sight?.engine.status === 'unknown' ? ` ${sight.engine.failure.message}` : ''
    throw new Error(`The engine of ${context} cannot be seen.${why}`)
  }
  const engine = sight.engine.value
  if (engine.id === stack.home.engineId) {
    throw new Error(`${context} leads to the home of ${stack.name}: nothing would move.`)
  }
  const isDesktop = engine.kind === 'docker-desktop'
  const destination: Destination = {
    ...{ context, sight, engine },
    ...(await whatIsThere(openHands, found.endpoint)),
    ...(isDesktop && (await sharedDirectories(configDirectory))),
  }
  const foreseen = simulate(situation, destination)
  if (!foreseen) throw new Error(`The containers on ${stack.home.context} cannot be seen.`)
  return {
    stack: stack.name,
    context,
    engine: `${engine.operatingSystem} (${engine.name})`,
    foreseen,
  }
}

async function whatIsThere(
  openHands: OpenHands,
  endpoint: string,
): Promise<Pick<Destination, 'volumes' | 'images'>> {
  const hands = await openHands(endpoint)
  try {
    const [volumes, images] = await Promise.allSettled([hands.volumes(), hands.images()])
    return {
      ...(volumes.status === 'fulfilled' && { volumes: volumes.value.map(({ name }) => name) }),
      ...(images.status === 'fulfilled' && { images: images.value }),
    }
  } finally {
    hands.close()
  }
}

async function sharedDirectories(
  configDirectory: string,
): Promise<Pick<Destination, 'sharedDirectories'>> {
  try {
    const text = await readFile(join(configDirectory, 'desktop/settings-store.json'), 'utf8')
    const settings = desktopSettings.parse(JSON.parse(text))
    return { sharedDirectories: settings.FilesharingDirectories ?? sharedUnlessSaid }
  } catch {
    return {}
  }
}
