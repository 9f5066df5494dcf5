import type { Container } from '../../domain/container.ts'
import { type Stack, servicesOf } from '../../domain/stack.ts'
import { isUp } from '../../domain/whereabouts.ts'
import { isAtOrBelow } from '../../stack/paths.ts'
import type { DataPlace } from '../steps/restore-steps.ts'
import type { ServiceName } from './selection.ts'

const keyOf = ({ project, service }: ServiceName): string => `${project}/${service}`

/**
 * Services that run and have any of these places mounted, and those that live in the network of
 * such a one: with its end they lose theirs. In the order in which they are started.
 */
export function usersOfPlaces(
  places: readonly DataPlace[],
  stack: Stack,
  containers: readonly Container[],
): ServiceName[] {
  const running = containers.filter((one) => isUp(one) && !one.oneOff)
  const direct = running.filter(({ mounts }) =>
    mounts.some((mount) => places.some((place) => isMounted(mount, place))),
  )
  const ids = new Set(direct.map(({ id }) => `container:${id}`))
  const inTheirNetwork = running.filter(({ networkMode = '' }) => ids.has(networkMode))
  return inStartOrder([...direct, ...inTheirNetwork], stack)
}

function isMounted({ type, source }: Container['mounts'][number], place: DataPlace): boolean {
  if (type !== place.type) return false
  if (type === 'volume') return source === place.source
  const data = place.below === '' ? place.source : `${place.source}/${place.below}`
  return isAtOrBelow(source, data) || isAtOrBelow(data, source)
}

/** Services that have a file mounted, by the stack file and by the containers that are there. */
export function usersOfFile(
  file: string,
  stack: Stack,
  containers: readonly Container[],
): ServiceName[] {
  const said = servicesOf(stack).filter(({ service }) =>
    service.config.some((path) => isAtOrBelow(file, path)),
  )
  const mounted = containers.filter(({ mounts, oneOff }) =>
    oneOff
      ? false
      : mounts.some(({ type, source }) => type === 'bind' && isAtOrBelow(file, source)),
  )
  return inStartOrder(
    [...said.map(({ project, service }) => ({ project, service: service.name })), ...mounted],
    stack,
  )
}

export function inStartOrder(some: readonly ServiceName[], stack: Stack): ServiceName[] {
  const order = servicesOf(stack).map(({ project, service }) => `${project}/${service.name}`)
  const byKey = new Map(
    some.map(({ project, service }) => [`${project}/${service}`, { project, service }]),
  )
  const place = (one: ServiceName) => {
    const at = order.indexOf(keyOf(one))
    return at === -1 ? order.length : at
  }
  return [...byKey.values()].toSorted((a, b) => place(a) - place(b))
}

export const isOneOf = (one: ServiceName, some: readonly ServiceName[]): boolean =>
  some.some((other) => keyOf(other) === keyOf(one))
