import type { Container } from '../domain/container.ts'
import type { Intent } from '../domain/intent.ts'
import type { ObservedState } from '../domain/observed-state.ts'
import { type ComposeStart, type Stack, servicesOf } from '../domain/stack.ts'
import {
  containersOf,
  homeContainers,
  homeSight,
  isUp,
  nameOfEngine,
} from '../domain/whereabouts.ts'
import { ok, type Result } from '../kit/result.ts'
import type { CarriedDashboards } from './dashboards-away.ts'
import type { Plan, Refusal, Step } from './plan.ts'
import type { CarriedSamples } from './samples.ts'
import type { PutBack } from './steps/file-steps.ts'
import { planSwitchBack } from './switch-back.ts'

export type RecoverIntent = Extract<Intent, { kind: 'recover' }>

/** A unit that does the work of a container of the stack. */
export type StandInUnit = {
  unit: string
  scope: 'system' | 'user'
  /** It comes up with the machine. */
  enabled: boolean
  service: string
}

/** A file that is not what was accepted, and the services that have it mounted. */
export type DriftedFile = PutBack & { usedBy: readonly { project: string; service: string }[] }

type RecoverMatter = {
  observed: ObservedState
  stack: Stack
  intent: RecoverIntent
  units: readonly StandInUnit[]
  files: readonly DriftedFile[]
  /** Drifted files that nobody can put back, a sentence each. */
  lost: readonly string[]
  /** What takes along what was recorded elsewhere: once strays have stopped, and once home is up. */
  samples: CarriedSamples
  /** What takes along dashboards that were edited elsewhere: before strays stop, once home is up. */
  dashboards?: CarriedDashboards
  /** Keeps the present state first; none where nobody keeps backups. */
  snapshot: readonly Step[]
  /** Something beyond the containers is looked at, so that it can be verified. */
  monitored: boolean
}

/** A cold start of a stack with health checks of half a minute. */
const upWithinSeconds = 180
/** Until Prometheus has scraped everything, and every finding has had its time to go. */
const wellWithinSeconds = 120

/**
 * From whatever is observed back to the stack at home, with only the steps that are needed, in
 * the order in which nothing gets in the way of the next. Empty when all is as it should be.
 */
export function planRecover(matter: RecoverMatter): Result<Plan, Refusal> {
  const { observed, stack } = matter
  const home = planSwitchBack({
    observed,
    stack,
    intent: { kind: 'switch-back', startDesktop: true },
  })
  if (!home.ok) return home
  const strays = straysOf(observed, stack)
  const ups = bringUps(matter)
  const deeds: Step[] = [
    ...matter.units.map(stopUnit),
    ...(matter.dashboards?.save ?? []),
    ...strays,
    ...matter.samples.save,
    ...home.value.steps,
    ...putBack(matter),
    ...ups,
    ...matter.samples.merge,
    ...(matter.dashboards?.carry ?? []),
  ]
  if (deeds.length === 0) return ok(planOf(matter, []))
  return ok(planOf(matter, [...matter.snapshot, ...deeds, verifyStack(stack)]))
}

const stopUnit = ({ unit, scope, enabled, service }: StandInUnit): Step => ({
  kind: 'StopUnit',
  unit,
  scope,
  disable: enabled,
  cause: `it does the work of ${service}`,
})

/** What runs of the stack on any other engine that can be seen, a step for each engine. */
function straysOf(observed: ObservedState, stack: Stack): Step[] {
  const projects = new Set(stack.projects.map(({ name }) => name))
  const home = homeSight(observed, stack.home)
  return observed.engines.flatMap((sight): Step[] => {
    const { engine } = sight
    if (sight.sameAs !== undefined || sight === home || engine.status !== 'known') return []
    const strays = containersOf(sight).filter((one) => projects.has(one.project) && isUp(one))
    if (strays.length === 0) return []
    return [
      {
        kind: 'HoldContainers',
        endpoint: sight.endpoint,
        engineId: engine.value.id,
        from: nameOfEngine(observed, sight, stack.home),
        containers: strays.map(({ id, name, restartPolicy }) => ({
          ...{ containerId: id, container: name, always: restartPolicy === 'always' },
        })),
        cause: `${stack.name} belongs on ${stack.home.context}`,
      },
    ]
  })
}

function putBack({ stack, files }: RecoverMatter): Step[] {
  if (files.length === 0) return []
  const restarts = new Map(
    files.flatMap(({ usedBy }) => usedBy.map((one) => [`${one.project}/${one.service}`, one])),
  )
  return [
    {
      kind: 'PutBackFiles',
      files: files.map(({ usedBy: _, ...file }) => file),
      endpoint: stack.home.endpoint,
      engineId: stack.home.engineId,
      restarts: [...restarts.values()],
      cause: files.length === 1 ? 'it is not what was accepted' : 'they are not what was accepted',
    },
  ]
}

/** Each start of the stack file of which something is down, or whose compose files come back. */
function bringUps({ observed, stack, files }: RecoverMatter): Step[] {
  const containers = homeContainers(observed, stack.home) ?? []
  const changed = new Set(files.map(({ file }) => file))
  return stack.projects.flatMap((project) =>
    project.starts.flatMap((start): Step[] => {
      const down = downIn(start, project.name, containers)
      const isChanged = [...start.files, ...start.envFiles].some((file) => changed.has(file))
      if (down.length === 0 && !isChanged) return []
      return [
        {
          kind: 'BringUp',
          context: stack.home.context,
          endpoint: stack.home.endpoint,
          engineId: stack.home.engineId,
          project: project.name,
          workingDir: project.workingDir,
          files: [...start.files],
          envFiles: [...start.envFiles],
          services: start.services.map(({ name }) => name),
          oneShot: start.services.filter(({ oneShot }) => oneShot).map(({ name }) => name),
          down,
          seconds: upWithinSeconds,
          cause: down.length === 0 ? 'its compose files come back' : causeOf(down, start),
        },
      ]
    }),
  )
}

const causeOf = (down: readonly string[], { services }: ComposeStart): string =>
  down.length === services.length ? 'none of them runs there' : `${down.join(', ')} not running`

function downIn(start: ComposeStart, project: string, containers: readonly Container[]): string[] {
  return start.services
    .filter(({ name, oneShot }) => {
      const own = containers.filter((one) => one.project === project && one.service === name)
      const isDone = (one: Container) =>
        oneShot === true && one.state === 'exited' && one.exitCode === 0
      return own.length === 0 || !own.some((one) => isUp(one) || isDone(one))
    })
    .map(({ name }) => name)
}

const verifyStack = ({ name }: Stack): Step => ({
  kind: 'VerifyStack',
  stack: name,
  seconds: wellWithinSeconds,
  cause: 'what was done counts only when it is seen to work',
})

function planOf(matter: RecoverMatter, steps: Step[]): Plan {
  const { stack, intent, lost, samples, snapshot, monitored } = matter
  const left = [...lost, ...samples.left, ...(matter.dashboards?.told ?? [])]
  const warnings = [
    ...left,
    ...(snapshot.length === 0 && steps.length > 0
      ? ['Nobody keeps backups of this stack, so its present state is not kept first.']
      : []),
    ...(monitored || steps.length === 0
      ? []
      : ['Nobody looks beyond the containers, so only these are verified at the end.']),
    ...(servicesOf(stack).length === 0 ? [`${stack.name} has no services.`] : []),
  ]
  return {
    intent,
    stack: stack.name,
    steps,
    warnings: steps.length === 0 ? left : warnings,
    whenStopped: 'ask',
  }
}
