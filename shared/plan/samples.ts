import type { Container } from '../domain/container.ts'
import type { EngineSight } from '../domain/engine.ts'
import type { ObservedState } from '../domain/observed-state.ts'
import { type Stack, servicesOf } from '../domain/stack.ts'
import { homeSight, isUp, nameOfEngine, placesOf } from '../domain/whereabouts.ts'
import { roleOf } from '../stack/roles.ts'
import type { Step } from './plan.ts'

/** What is done about samples that were recorded where they do not belong. */
export type CarriedSamples = {
  save: readonly Step[]
  merge: readonly Step[]
  /** What stays where it was recorded, a sentence each. */
  left: readonly string[]
}

/** A Prometheus of the stack that records, or has recorded, on another engine than home. */
export type Recorder = {
  sight: EngineSight
  engineId: string
  container: Container
  /** The engine in words. */
  from: string
}

/** When it stopped; undefined where it still runs. */
export const stoppedAt = ({ container }: Recorder): number | undefined =>
  isUp(container) ? undefined : container.finishedAt

/** Those that can be seen, and that have run at all. */
export function recordersAway(observed: ObservedState, stack: Stack): Recorder[] {
  const home = homeSight(observed, stack.home)
  return servicesOf(stack)
    .filter((one) => roleOf(one) === 'prometheus')
    .flatMap(({ project, service }) => placesOf(observed, project, service.name))
    .flatMap(({ sight, container }): Recorder[] => {
      const { engine } = sight
      if (sight === home || engine.status !== 'known') return []
      if (!isUp(container) && container.finishedAt === undefined) return []
      if (engine.value.id === stack.home.engineId) return []
      const from = nameOfEngine(observed, sight, stack.home)
      return [{ sight, engineId: engine.value.id, container, from }]
    })
}

/** `why` it cannot be carried, as the end of a sentence; undefined where it can. */
export type Judged = { recorder: Recorder; why?: string | undefined }

/** Each is copied once it has stopped, and added at home once its service is up there. */
export function planSamples(stack: Stack, judged: readonly Judged[]): CarriedSamples {
  const carried = judged.filter(({ why }) => why === undefined).map(({ recorder }) => recorder)
  return {
    save: carried.map(({ sight, engineId, container, from }) => ({
      kind: 'SaveSamples',
      endpoint: sight.endpoint,
      engineId,
      containerId: container.id,
      container: container.name,
      service: container.service,
      from,
      cause: isUp(container)
        ? 'home has no samples of that time'
        : 'it had stopped there before, and home has no samples of that time',
    })),
    merge: carried.map(({ container, from }) => ({
      kind: 'MergeSamples',
      endpoint: stack.home.endpoint,
      engineId: stack.home.engineId,
      project: container.project,
      service: container.service,
      context: stack.home.context,
      savedFrom: container.id,
      from,
      cause: 'one Prometheus is to know all of it',
    })),
    left: judged.flatMap(({ recorder, why }) =>
      why === undefined
        ? []
        : [
            `What ${recorder.container.service} recorded on ${recorder.from} stays there, in its own data: ${why}.`,
          ],
    ),
  }
}
