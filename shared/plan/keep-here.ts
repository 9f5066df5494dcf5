import type { Container } from '../domain/container.ts'
import type { CurrentContext } from '../domain/docker-context.ts'
import type { Engine, EngineSight } from '../domain/engine.ts'
import type { ObservedState } from '../domain/observed-state.ts'
import { type Home, type Stack, servicesOf } from '../domain/stack.ts'
import { containersOf, currentSight, homeContainers, isUp } from '../domain/whereabouts.ts'
import { err, ok, type Result } from '../kit/result.ts'
import { withoutStop } from '../kit/without-stop.ts'
import type { Plan, Refusal } from './plan.ts'

type KeepHereMatter = { observed: ObservedState; stack: Stack; stackFile: string }

/** Makes where plain `docker` goes now the home, and says what would be left behind. */
export function planKeepHere({
  observed,
  stack,
  stackFile,
}: KeepHereMatter): Result<Plan, Refusal> {
  if (observed.contexts.status === 'unknown') {
    return err({
      code: 'CANNOT_SEE',
      sentence: `The Docker contexts cannot be read: ${withoutStop(observed.contexts.failure.message)}.`,
      nextStep: 'Make the Docker configuration readable, then try again.',
    })
  }
  const { current } = observed.contexts.value
  const there = whatIsThere(current, currentSight(observed))
  if (!there.ok) return there
  const { sight, engine } = there.value

  const { home } = stack
  const to: Home = {
    context: current.name,
    engineId: engine.id,
    engineKind: engine.kind,
    endpoint: current.endpoint,
  }
  const intent = { kind: 'keep-here' } as const
  if (engine.id === home.engineId && current.name === home.context) {
    return ok({ intent, stack: stack.name, steps: [], warnings: [] })
  }
  const cause =
    current.name === home.context
      ? `engine ${engine.id} is the right one from now on`
      : `${current.name} is where ${stack.name} belongs from now on`
  return ok({
    intent,
    stack: stack.name,
    steps: [
      { kind: 'KeepCopy', file: stackFile, cause: 'it is about to be changed' },
      { kind: 'AcceptHome', stackFile, from: home, to, cause },
    ],
    warnings:
      engine.id === home.engineId
        ? pinWarning(current)
        : [
            ...pinWarning(current),
            ...leftBehind({ observed, stack }),
            ...lacking(stack, to, sight),
          ],
  })
}

function whatIsThere(
  current: CurrentContext,
  sight: EngineSight | undefined,
): Result<{ sight: EngineSight; engine: Engine }, Refusal> {
  if (current.source === 'DOCKER_HOST') {
    return err({
      code: 'CONTEXT_PINNED_BY_ENV',
      sentence: 'DOCKER_HOST is set, and a home needs a Docker context.',
      nextStep: 'Create a context for this engine, unset DOCKER_HOST, then try again.',
    })
  }
  if (!current.exists) {
    return err({
      code: 'CONTEXT_MISSING',
      sentence: `Docker context ${current.name} does not exist.`,
      nextStep: 'Choose a context that exists, then try again.',
    })
  }
  if (sight?.engine.status !== 'known') {
    return err({
      code: 'CANNOT_SEE',
      sentence: `The engine of ${current.name} does not answer, so nobody can say which one it is.`,
      nextStep: 'Start that engine, then try again.',
    })
  }
  return ok({ sight, engine: sight.engine.value })
}

const pinWarning = ({ source, name }: CurrentContext): string[] =>
  source === 'DOCKER_CONTEXT'
    ? [`${name} comes from DOCKER_CONTEXT: terminals without it may go elsewhere.`]
    : []

/** What runs and what is stored at the old home; an engine shows only its own volumes. */
function leftBehind({ observed, stack }: Omit<KeepHereMatter, 'stackFile'>): string[] {
  const old = stack.home.context
  const all = homeContainers(observed, stack.home)
  if (all === undefined) {
    return [`${old} cannot be seen now, so nobody can say what would be left behind there.`]
  }
  const projects = new Set(stack.projects.map((project) => project.name))
  const containers = all.filter((one) => projects.has(one.project))
  const running = unique(containers.filter(isUp).map((one) => one.service))
  const volumes = sourcesOf(containers, 'volume')
  const binds = sourcesOf(containers, 'bind')
  return [
    running.length > 0 ? `Keeps running on ${old}: ${running.join(', ')}.` : '',
    volumes.length > 0 ? `These volumes and their data stay on ${old}: ${volumes.join(', ')}.` : '',
    binds.length > 0
      ? `Another engine may see other files under these bind mounts: ${binds.join(', ')}.`
      : '',
  ].filter((warning) => warning !== '')
}

function lacking(stack: Stack, to: Home, sight: EngineSight): string[] {
  const there = containersOf(sight).filter(isUp)
  const missing = servicesOf(stack).filter(
    ({ project, service }) =>
      service.oneShot !== true &&
      !there.some((one) => one.project === project && one.service === service.name),
  )
  if (missing.length === 0) return []
  return [`Not running on ${to.context}: ${missing.map(({ service }) => service.name).join(', ')}.`]
}

function sourcesOf(containers: readonly Container[], type: 'bind' | 'volume'): string[] {
  return unique(
    containers.flatMap((one) => one.mounts.filter((mount) => mount.type === type)).map(source),
  )
}

const source = (mount: { source: string }): string => mount.source
const unique = (names: readonly string[]): string[] => [...new Set(names)].sort()
