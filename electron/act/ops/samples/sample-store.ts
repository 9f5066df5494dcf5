import { posix } from 'node:path'
import type { ContainerUpClose, EngineHands } from '../../../adapters/docker/hands/engine-hands.ts'
import type { DataPlace } from '../../../backup/sources/engine/pending-cleanups.ts'
import { dataPathOf, pathInHelper, placeOf } from '../../../backup/sources/engine/tsdb-place.ts'

/** Data of a Prometheus that another container can have mounted as well. */
export type SampleStore = {
  container: ContainerUpClose
  place: Exclude<DataPlace, { type: 'layer' }>
  /** Where the data is in a helper that has it mounted. */
  path: string
}

/** Rejects with the end of a sentence where nobody else can get at its data. */
export function storeOf(container: ContainerUpClose): SampleStore {
  const { name, program } = container
  const dataPath = dataPathOf(container)
  const place = placeOf(container, dataPath)
  if (place === undefined) throw new Error(`${name} keeps its data in memory`)
  if (place.type === 'layer') {
    throw new Error(`${name} keeps its data in the container itself and not in a volume`)
  }
  if (!posix.basename(program).includes('prometheus')) {
    throw new Error(`${name} is started by ${program || 'nothing that is known'}`)
  }
  return { container, place, path: pathInHelper(place) }
}

export const isActive = ({ state }: Pick<ContainerUpClose, 'state'>): boolean =>
  state === 'running' || state === 'restarting' || state === 'paused'

/** The service's container on this engine. */
export async function containerOf(
  hands: EngineHands,
  { project, service }: { project: string; service: string },
  signal: AbortSignal,
): Promise<ContainerUpClose> {
  const all = await hands.containersOf(project, service, signal)
  const own = all.filter(({ oneOff }) => !oneOff)
  const found = own.find(isActive) ?? own[0]
  if (found) return found
  throw new Error(`${service} has no container at ${hands.endpoint}, expected one.`)
}

/** Two that write to one place would spoil it. */
export async function expectIdle(
  hands: EngineHands,
  { container, place }: SampleStore,
  signal: AbortSignal,
): Promise<void> {
  const users =
    place.type === 'volume'
      ? await hands.containersUsing(place.source, signal)
      : [await hands.container(container.id, signal)]
  const running = users.find((one) => one !== undefined && isActive(one))
  if (running) {
    throw new Error(`${running.name} is ${running.state} and has the samples, expected it stopped.`)
  }
}
