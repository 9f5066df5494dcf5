import type { Container } from '../../domain/container.ts'
import type { Listener, PortOwner } from '../../domain/port.ts'
import { containersOf, isUp } from '../../domain/whereabouts.ts'
import type { Foreseen } from '../../ipc/simulation-view.ts'
import type { Move } from './move.ts'

// What a container takes for granted: its data, a card, free ports, its image.

const nameOf = ({ project, service }: Container): string => `${project}/${service}`

/** A volume is bound to its engine: on another one it is missing, or another one of that name. */
export function volumes({ containers, destination }: Move): Foreseen[] {
  const users = Map.groupBy(
    containers.flatMap((one) =>
      one.mounts
        .filter(({ type }) => type === 'volume')
        .map(({ source }) => ({ source, user: one.service })),
    ),
    ({ source }) => source,
  )
  return [...users].map(([volume, all]): Foreseen => {
    const who = [...new Set(all.map(({ user }) => user))].join(', ')
    const there = destination.volumes?.includes(volume)
    const rest = { what: 'volume' as const, subject: volume, remedy: null }
    if (there === undefined) {
      const sentence = `Volume ${volume} of ${who} may be empty on ${destination.context}: its volumes cannot be seen.`
      return { ...rest, verdict: 'cannot-tell', sentence }
    }
    const sentence = there
      ? `Volume ${volume} of ${who} is another one on ${destination.context}: what is in it there is not what is in it here.`
      : `Volume ${volume} of ${who} is empty on ${destination.context}.`
    return { ...rest, verdict: 'breaks', sentence }
  })
}

export function gpus({ containers, destination }: Move): Foreseen[] {
  const { gpuRuntime } = destination.engine
  if (gpuRuntime === true) return []
  return containers
    .filter(({ gpuRequested }) => gpuRequested)
    .map((one) => ({
      what: 'gpu',
      verdict: gpuRuntime === false ? 'breaks' : 'cannot-tell',
      subject: nameOf(one),
      sentence:
        gpuRuntime === false
          ? `${one.service} asks for a GPU, and ${destination.context} has no runtime that hands one out.`
          : `${one.service} asks for a GPU, and ${destination.context} does not say whether it has one.`,
      remedy: null,
    }))
}

/** Ports that are held by somebody who would not move along. */
export function ports({ situation, containers, destination, stack }: Move): Foreseen[] {
  const { monitoring } = situation
  if (monitoring?.listeners.status !== 'known') {
    const sentence = 'Nobody sees who listens on this machine, so taken ports cannot be told.'
    return [{ what: 'port', verdict: 'cannot-tell', subject: stack.name, sentence, remedy: null }]
  }
  const listeners = monitoring.listeners.value
  const strangers = containersOf(destination.sight).filter(isUp)
  return containers.flatMap((one) =>
    one.portsWanted
      .filter(({ hostPort }) => hostPort !== 0)
      .flatMap(({ hostPort, protocol }): Foreseen[] => {
        const holder = holderOf(listeners, hostPort, protocol, stack.home.engineId)
        const rival = strangers.find(
          (other) =>
            nameOf(other) !== nameOf(one) &&
            other.portsGot.some((got) => got.hostPort === hostPort && got.protocol === protocol),
        )
        const who = holder ?? rival?.name
        if (who === undefined) return []
        return [
          {
            what: 'port',
            verdict: 'breaks',
            subject: `${hostPort}/${protocol}`,
            sentence: `${one.service} wants port ${hostPort}, which ${who} holds.`,
            remedy: null,
          },
        ]
      }),
  )
}

/** Undefined where nobody holds it, or only the container that would move. */
function holderOf(
  listeners: readonly Listener[],
  port: number,
  protocol: string,
  homeEngine: string,
): string | undefined {
  const owner = listeners.find((one) => one.port === port && one.protocol === protocol)?.owner
  if (!owner || (owner.kind === 'container' && owner.engineId === homeEngine)) return undefined
  return inWords(owner)
}

function inWords(owner: PortOwner): string | undefined {
  if (owner.kind === 'unit') return owner.unit
  if (owner.kind === 'container') return owner.container
  // Docker Desktop's own process listens for the containers in its machine.
  if (owner.kind === 'process') {
    return /docker|com\.docker/.test(owner.command) ? undefined : `process ${owner.pid}`
  }
  return undefined
}

export function images({ containers, destination }: Move): Foreseen[] {
  const there = destination.images
  if (there === undefined) return []
  const missing = [...new Set(containers.map(({ image }) => image))].filter(
    (image) => !there.includes(image) && !there.includes(`${image}:latest`),
  )
  return missing.map((image) => ({
    what: 'image',
    verdict: 'differs',
    subject: image,
    sentence: `Image ${image} is not on ${destination.context}: it is pulled or built anew, and may be another one then.`,
    remedy: null,
  }))
}
