import { type DockerContexts, findContext } from '../domain/docker-context.ts'
import type { Intent } from '../domain/intent.ts'
import type { ObservedState } from '../domain/observed-state.ts'
import type { Stack } from '../domain/stack.ts'
import {
  containersOf,
  currentSight,
  engineAt,
  homeEndpoint,
  homeSight,
  isDown,
  isUp,
  nameOfEngine,
} from '../domain/whereabouts.ts'
import { err, ok, type Result } from '../kit/result.ts'
import { withoutStop } from '../kit/without-stop.ts'
import type { Plan, Refusal, Step } from './plan.ts'

export type SwitchBackIntent = Extract<Intent, { kind: 'switch-back' }>

type SwitchBackMatter = {
  observed: ObservedState
  stack: Stack
  intent: SwitchBackIntent
}

/** User unit of Docker Desktop for Linux (docker/desktop-linux#192). */
export const desktopUnit = 'docker-desktop.service'
/** A cold start of Docker Desktop boots a virtual machine. */
const desktopStartSeconds = 120

/** Takes plain `docker` back home, or to `intent.to`. An empty plan when it is there already. */
export function planSwitchBack(matter: SwitchBackMatter): Result<Plan, Refusal> {
  const { observed, stack, intent } = matter
  if (observed.contexts.status === 'unknown') {
    return err({
      code: 'CANNOT_SEE',
      sentence: `The Docker contexts cannot be read: ${withoutStop(observed.contexts.failure.message)}.`,
      nextStep: 'Make the Docker configuration readable, then try again.',
    })
  }
  const contexts = observed.contexts.value
  const target = targetOf(matter, contexts)
  if (isThereAlready(matter, contexts, target)) return ok(planOf(matter, []))

  const obstacle = obstacleInFiles(contexts, target)
  if (obstacle) return err(obstacle)
  const engine = whoIsThere(matter, target)
  if (!engine.ok) return engine

  const { engineId, start } = engine.value
  const keep = contexts.configFile.state === 'valid' || contexts.configFile.state === 'empty'
  const select = contexts.current.name !== target.name
  const steps: Step[] = [
    ...(select && keep ? [keepCopy(contexts.configFile.path)] : []),
    ...(start ? startDesktop(target.endpoint, engineId) : []),
    ...(select ? [selectContext(contexts, target.name, target.isHome, stack.name)] : []),
    {
      kind: 'VerifyEngine',
      endpoint: target.endpoint,
      engineId,
      cause: 'a context is only a name',
    },
  ]
  return ok(planOf({ observed, stack, intent }, steps))
}

type Target = { name: string; endpoint: string; isHome: boolean }

function targetOf({ stack, intent }: SwitchBackMatter, contexts: DockerContexts): Target {
  const name = intent.to ?? stack.home.context
  const isHome = name === stack.home.context
  const endpoint = isHome
    ? homeEndpoint({ status: 'known', value: contexts, observedAt: 0 }, stack.home)
    : (findContext(contexts, name)?.endpoint ?? '')
  return { name, endpoint, isHome }
}

function isThereAlready(
  { observed, stack, intent }: SwitchBackMatter,
  { current }: DockerContexts,
  target: Target,
): boolean {
  const there = currentSight(observed)?.engine
  if (there?.status !== 'known') return false
  if (intent.to === undefined) return there.value.id === stack.home.engineId
  if (current.source === 'DOCKER_HOST' || current.name !== target.name) return false
  return !target.isHome || there.value.id === stack.home.engineId
}

/** What in the files or the environment stands in the way. */
function obstacleInFiles(contexts: DockerContexts, target: Target): Refusal | undefined {
  const { current, configFile } = contexts
  const variable =
    current.source === 'DOCKER_HOST' || current.source === 'DOCKER_CONTEXT' ? current.source : ''
  if (variable !== '' && (variable === 'DOCKER_HOST' || current.name !== target.name)) {
    return {
      code: 'CONTEXT_PINNED_BY_ENV',
      sentence: `${variable} is set, so writing the context would have no effect.`,
      nextStep: `Unset ${variable} where Sentinel and your terminals are started, then try again.`,
    }
  }
  if (configFile.state === 'invalid') {
    return {
      code: 'CONTEXT_CONFIG_INVALID',
      sentence: `${configFile.path} cannot be parsed, and rewriting it would lose what is in it.`,
      nextStep: 'Mend the file or put an earlier copy in its place, then try again.',
    }
  }
  if (configFile.state === 'unreadable') {
    return {
      code: 'CANNOT_SEE',
      sentence: `${configFile.path} cannot be read: ${withoutStop(configFile.problem ?? 'no reason given')}.`,
      nextStep: 'Make the file readable for this user, then try again.',
    }
  }
  const context = findContext(contexts, target.name)
  if (context === undefined || context.endpoint === '') {
    return {
      code: 'CONTEXT_MISSING',
      sentence:
        context === undefined
          ? `Docker context ${target.name} does not exist.`
          : `Docker context ${target.name} cannot be read: ${withoutStop(context.problem ?? 'no endpoint')}.`,
      nextStep: `Create ${target.name} again with docker context create, then try again.`,
    }
  }
  return undefined
}

type Answer = { engineId: string; start: boolean }

/** Which engine the target must turn out to be, and whether it has to be started first. */
function whoIsThere(
  { observed, stack, intent }: SwitchBackMatter,
  target: Target,
): Result<Answer, Refusal> {
  const { home } = stack
  const sight = engineAt(observed, target.endpoint)
  if (sight?.engine.status === 'known') {
    const { id } = sight.engine.value
    if (!target.isHome || id === home.engineId) return ok({ engineId: id, start: false })
    return err({
      code: 'ENGINE_REPLACED',
      sentence: `${target.name} leads to engine ${id}, expected ${home.engineId}.`,
      nextStep: 'Find out which engine it is; keep it as the new home if it is the right one.',
    })
  }
  if (sight !== undefined && isDown(sight.engine)) {
    const desktop = target.isHome && home.engineKind === 'docker-desktop'
    if (desktop && intent.startDesktop) return ok({ engineId: home.engineId, start: true })
    return err(engineDown(target, intent, desktop))
  }
  const why =
    sight?.engine.status === 'unknown' ? sight.engine.failure.message : 'not looked at yet'
  return err({
    code: 'CANNOT_SEE',
    sentence: `The engine of ${target.name} cannot be seen: ${withoutStop(why)}.`,
    nextStep: 'See to it that Sentinel may ask this engine, then try again.',
  })
}

function engineDown(target: Target, intent: SwitchBackIntent, desktop: boolean): Refusal {
  if (!desktop) {
    return {
      code: 'HOME_ENGINE_DOWN',
      sentence: `The engine of ${target.name} does not answer at ${target.endpoint}.`,
      nextStep: 'Start that engine, then try again.',
    }
  }
  return {
    code: 'HOME_ENGINE_DOWN',
    sentence: `Docker Desktop does not run, so ${target.name} would lead nowhere.`,
    nextStep: 'Start Docker Desktop and switch back in one go.',
    offer: {
      intent: { ...intent, startDesktop: true },
      label: 'Start Docker Desktop and switch back',
    },
  }
}

// ---------------------------------------------------------------------------------- steps

const keepCopy = (file: string): Step => ({
  kind: 'KeepCopy',
  file,
  cause: 'it is about to be changed',
})

const startDesktop = (endpoint: string, engineId: string): Step[] => [
  {
    kind: 'StartDesktop',
    unit: desktopUnit,
    cause: 'the home engine lives in Docker Desktop, which does not run',
  },
  {
    kind: 'WaitForEngine',
    endpoint,
    engineId,
    seconds: desktopStartSeconds,
    cause: 'Docker Desktop boots a virtual machine first',
  },
]

const selectContext = (
  { configDirectory, current }: DockerContexts,
  to: string,
  isHome: boolean,
  stack: string,
): Step => ({
  kind: 'SelectContext',
  configDirectory,
  from: current.name,
  to,
  cause: isHome ? `${to} is the home of ${stack}` : 'asked for by name',
})

function planOf({ observed, stack, intent }: SwitchBackMatter, steps: Step[]): Plan {
  const warnings = steps.length === 0 ? [] : warningsOf({ observed, stack, intent })
  return { intent, stack: stack.name, steps, warnings }
}

function warningsOf({ observed, stack, intent }: SwitchBackMatter): string[] {
  const { home } = stack
  const projects = new Set(stack.projects.map((project) => project.name))
  const warnings: string[] = []
  if (intent.to !== undefined && intent.to !== home.context) {
    warnings.push(
      `${home.context} remains the home of ${stack.name}: Sentinel will go on saying so.`,
    )
  }
  for (const sight of observed.engines) {
    if (sight.sameAs !== undefined || sight === homeSight(observed, home)) continue
    const strays = containersOf(sight).filter((one) => projects.has(one.project) && isUp(one))
    if (strays.length === 0) continue
    const ports = [...new Set(strays.flatMap((one) => one.portsGot.map((port) => port.hostPort)))]
    const where = nameOfEngine(observed, sight, home)
    const many = strays.length > 1
    warnings.push(
      `${strays.length} ${many ? 'containers' : 'container'} of ${stack.name} ${many ? 'run' : 'runs'} on ${where} and ${many ? 'stay' : 'stays'} there` +
        (ports.length === 0 ? '.' : `, holding ${portsInWords(ports)}.`),
    )
  }
  return warnings
}

function portsInWords(ports: readonly number[]): string {
  const sorted = [...ports].sort((a, b) => a - b)
  return `${sorted.length > 1 ? 'ports' : 'port'} ${sorted.join(', ')}`
}
