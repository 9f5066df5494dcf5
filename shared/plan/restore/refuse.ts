import type { Container } from '../../domain/container.ts'
import { shortId } from '../../domain/short-id.ts'
import type { Stack } from '../../domain/stack.ts'
import { isAtOrBelow, resolvePath } from '../../stack/paths.ts'
import type { Refusal } from '../plan.ts'
import { refuseDashboards } from './dashboards.ts'
import type { Present, RestoreMatter } from './matter.ts'
import type { DataPart } from './selection.ts'
import { tooNew } from './what-is-lost.ts'

export type RestoreCode =
  | 'SNAPSHOT_MISSING'
  | 'NOTHING_TO_RESTORE'
  | 'VOLUME_DIFFERS'
  | 'DATA_IN_USE'
  | 'NOT_OF_THE_STACK'
  | 'DATA_TOO_NEW'
  | 'ENGINE_DIFFERS'
  | 'HOME_ENGINE_DOWN'
  | 'DASHBOARD_FIXED'
  | 'NOT_UNDOABLE'
  | 'NOT_LOOKED_AT'

/** Why nothing is to be put back; undefined where something may. */
export function refuse(
  matter: RestoreMatter,
  containers: readonly Container[] | undefined,
): Refusal<RestoreCode> | undefined {
  const { intent, selection, manifest, snapshot, stack, present } = matter
  const { data, configuration, dashboards, unknown } = selection
  if (unknown.length > 0) {
    const parts = manifest.components.map(({ id }) => id).join(', ')
    return {
      code: 'NOTHING_TO_RESTORE',
      sentence: `Snapshot ${shortId(snapshot)} holds nothing that is called ${unknown.join(' or ')}.`,
      nextStep: `Name one of ${parts}, a service, the path of a file, or dashboard: and a UID.`,
    }
  }
  const made = (matter.made ?? []).length + (matter.madeDashboards ?? []).length
  const seen = dashboards.length + (present.dashboards ?? []).length
  if (data.length + configuration.length + seen + made === 0) {
    return {
      code: 'NOTHING_TO_RESTORE',
      sentence: `Snapshot ${shortId(snapshot)} holds nothing that can be put back.`,
      nextStep: 'Look at what is in it, or choose another one.',
    }
  }
  if (data.length > 0 && containers === undefined) {
    return {
      code: 'HOME_ENGINE_DOWN',
      sentence: `The engine of ${stack.home.context} does not answer, and data can only be put back on it.`,
      nextStep: 'Start it, then try again; configuration alone can be put back without it.',
    }
  }
  const isOther = manifest.engine !== null && manifest.engine.id !== stack.home.engineId
  if (data.length > 0 && isOther && intent.kind === 'restore' && !intent.fromOtherEngine) {
    return {
      code: 'ENGINE_DIFFERS',
      sentence: `The data comes from engine ${manifest.engine?.id} (${manifest.engine?.context}), expected ${stack.home.engineId}.`,
      nextStep: `If ${stack.name} has moved here on purpose, say so.`,
      offer: {
        intent: { ...intent, fromOtherEngine: true },
        label: `Put it back on ${stack.home.context} all the same`,
      },
    }
  }
  const newer = tooNew(data, manifest, stack, containers ?? [])
  if (newer) {
    return {
      code: 'DATA_TOO_NEW',
      sentence: `The data was written by ${newer.service} ${newer.wrote}, and ${newer.runs} is there now, which may not read it.`,
      nextStep: `Bring ${newer.service} up with ${newer.wrote} or newer first.`,
    }
  }
  return (
    refuseStrangePlaces(data, containers ?? [], stack) ??
    refuseVolumes(data, present, stack) ??
    refuseDashboards(matter)
  )
}

/** A snapshot may name any directory of the machine; only those that the stack mounts are written. */
function refuseStrangePlaces(
  data: readonly DataPart[],
  containers: readonly Container[],
  stack: Stack,
): Refusal<RestoreCode> | undefined {
  const mounted = containers.flatMap(({ mounts }) =>
    mounts.flatMap(({ type, source }) => (type === 'bind' ? [resolvePath('/', source)] : [])),
  )
  for (const { place } of data) {
    if (place.type !== 'bind') continue
    const path = resolvePath(place.source, `./${place.below}`)
    if (mounted.some((source) => isAtOrBelow(path, source))) continue
    return {
      code: 'NOT_OF_THE_STACK',
      sentence: `The snapshot holds data of ${path}, which no container of ${stack.name} has mounted.`,
      nextStep: `Bring ${stack.name} up first if it is to be mounted, or extract the data into another directory.`,
    }
  }
  return undefined
}

function refuseVolumes(
  data: readonly DataPart[],
  { volumes }: Present,
  stack: Stack,
): Refusal<RestoreCode> | undefined {
  const projects = new Set(stack.projects.map(({ name }) => name))
  for (const { component, place } of data) {
    const volume = volumes.get(place.source)
    const { driver, withheldOptions } = component.facts
    if (place.type !== 'volume') continue
    if (!volume && withheldOptions !== undefined) {
      return {
        code: 'VOLUME_DIFFERS',
        sentence: `Volume ${place.source} is missing, and what it was made with holds a secret that no snapshot keeps.`,
        nextStep: 'Make it with docker compose create, then try again.',
      }
    }
    if (!volume) continue
    if (driver !== undefined && driver !== volume.driver) {
      return {
        code: 'VOLUME_DIFFERS',
        sentence: `Volume ${place.source} has driver ${volume.driver}, expected ${driver} as when it was backed up.`,
        nextStep: 'Extract its content into a directory instead, and look at it.',
      }
    }
    const stranger = volume.activeUsers.find(({ project }) => !projects.has(project))
    if (stranger) {
      return {
        code: 'DATA_IN_USE',
        sentence: `${stranger.name} runs and uses volume ${place.source}, and is no part of ${stack.name}.`,
        nextStep: `Stop ${stranger.name}, then try again.`,
      }
    }
  }
  return undefined
}
