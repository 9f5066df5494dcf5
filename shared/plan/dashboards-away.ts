import type { Container } from '../domain/container.ts'
import type { EngineSight } from '../domain/engine.ts'
import type { ObservedState } from '../domain/observed-state.ts'
import { type Stack, servicesOf } from '../domain/stack.ts'
import { homeContainers, homeSight, isUp, nameOfEngine, placesOf } from '../domain/whereabouts.ts'
import { addressOf, endpointsOf, isOnThisMachine, machineOf } from '../stack/endpoints.ts'
import { defaultPortOf, roleOf } from '../stack/roles.ts'
import type { Step } from './plan.ts'
import type { AwayDashboard } from './steps/dashboard-steps.ts'

/** What is done about dashboards that were edited where they do not belong. */
export type CarriedDashboards = {
  save: readonly Step[]
  carry: readonly Step[]
  /** What a person should know of it, a sentence each. */
  told: readonly string[]
}

/** A Grafana of the stack that runs on another engine than home. */
export type GrafanaAway = {
  sight: EngineSight
  engineId: string
  container: Container
  /** The engine in words. */
  from: string
  /** Where it can be asked; `why` not, as the end of a sentence, otherwise. */
  at: { url: string } | { why: string }
  /** Where home's answers, once it is up. */
  homeUrl: string | undefined
}

/** Those that can be seen and run. */
export function grafanasAway(observed: ObservedState, stack: Stack): GrafanaAway[] {
  const home = homeSight(observed, stack.home)
  const atHome = homeContainers(observed, stack.home) ?? []
  const { grafana } = endpointsOf(stack, atHome)
  return servicesOf(stack)
    .filter((one) => roleOf(one) === 'grafana')
    .flatMap(({ project, service }) => placesOf(observed, project, service.name))
    .flatMap(({ sight, container }): GrafanaAway[] => {
      const { engine } = sight
      if (sight === home || engine.status !== 'known' || !isUp(container)) return []
      if (engine.value.id === stack.home.engineId) return []
      const isSame = (one: { project: string; service: string }) =>
        one.project === container.project && one.service === container.service
      const homeUrl = grafana.find(isSame)?.url
      const from = nameOfEngine(observed, sight, stack.home)
      const isBoth = atHome.some((one) => isSame(one) && isUp(one))
      const at = placeOf(container, sight.endpoint, isBoth ? homeUrl : undefined)
      return [{ sight, engineId: engine.value.id, container, from, at, homeUrl }]
    })
}

function placeOf(
  { portsGot, networkMode }: Container,
  endpoint: string,
  claimed: string | undefined,
): GrafanaAway['at'] {
  if (!isOnThisMachine(endpoint)) {
    return { why: 'it would have to be asked in plain text over the network' }
  }
  const port = defaultPortOf('grafana')
  const tcp = portsGot.filter(({ protocol, hostPort }) => protocol === 'tcp' && hostPort !== 0)
  const got = tcp.find(({ containerPort }) => containerPort === port) ?? tcp[0]
  const hostPort = got?.hostPort ?? (networkMode === 'host' ? port : undefined)
  if (hostPort === undefined) return { why: 'it publishes no port' }
  const machine = machineOf(endpoint)
  const url = `http://${got ? addressOf(got, machine) : machine}:${hostPort}`
  return claimed !== undefined && isSameDoor(url, claimed)
    ? { why: 'home has one at the same port, and one hides the other' }
    : { url }
}

/** A stack file may call this machine by a name. */
function isSameDoor(url: string, other: string): boolean {
  const doorOf = (one: string) =>
    /^https?:\/\/([^/]+)/.exec(one)?.[1]?.replace(/^(?:localhost|\[::1\]):/, '127.0.0.1:')
  return doorOf(url) === doorOf(other)
}

/** A dashboard that home does not have, or has otherwise. */
export type EditedDashboard = AwayDashboard & {
  /** Home's was saved later: it is kept as a file, and not offered. */
  isOlder: boolean
}

/** What was found there; `why` nobody could look, as the end of a sentence, otherwise. */
export type JudgedGrafana = {
  away: GrafanaAway
  found:
    | {
        edited: readonly EditedDashboard[]
        unread: number
        /** Something told what home has; without it all of them count as edited. */
        isCompared: boolean
      }
    | { why: string }
  /** Home's Grafana lets no token in that could import them, as the end of a sentence. */
  closed?: string | undefined
}

/** Grafana migrates its database when it comes up. */
const homeUpWithinSeconds = 60

/** Each is kept before its Grafana is held, and imported only where somebody has chosen that. */
export function planDashboards(
  stack: Stack,
  judged: readonly JudgedGrafana[],
  isChosen: boolean,
): CarriedDashboards {
  const plans = judged.map((one) => planOne(stack, one, isChosen))
  return {
    save: plans.flatMap(({ save }) => save),
    carry: plans.flatMap(({ carry }) => carry),
    told: plans.flatMap(({ told }) => told),
  }
}

function planOne(
  stack: Stack,
  { away, found, closed }: JudgedGrafana,
  isChosen: boolean,
): CarriedDashboards {
  const { sight, engineId, container, from, at, homeUrl } = away
  const { project, service, name, id } = container
  if ('why' in found) {
    const sentence = `Whether dashboards were edited in ${service} on ${from} is not known: ${found.why}.`
    return { save: [], carry: [], told: [sentence] }
  }
  const { edited, unread, isCompared } = found
  const notRead =
    unread === 0
      ? []
      : [
          `${unread} ${unread === 1 ? 'dashboard' : 'dashboards'} of ${service} on ${from} cannot be read over its API.`,
        ]
  if (edited.length === 0 || 'why' in at) return { save: [], carry: [], told: notRead }
  const dashboards = edited.map(({ isOlder: _, ...one }) => one)
  const newer = edited.filter((one) => !one.isOlder).map(({ isOlder: _, ...one }) => one)
  const why = homeUrl === undefined ? `${service} of home has no address` : closed
  const save: Step = {
    kind: 'SaveDashboards',
    stack: stack.name,
    endpoint: sight.endpoint,
    engineId,
    containerId: id,
    container: name,
    service,
    url: at.url,
    from,
    dashboards,
    offered: why === undefined ? newer.map(({ title }) => title) : [],
    cause: isCompared
      ? `${stack.home.context} does not have ${edited.length === 1 ? 'it' : 'them'} like that`
      : `what ${stack.home.context} has is not known`,
  }
  const titles = newer.map(({ title }) => `“${title}”`).join(', ')
  if (newer.length === 0) return { save: [save], carry: [], told: notRead }
  if (!isChosen || why !== undefined || homeUrl === undefined) {
    const because = isChosen
      ? ` and cannot be imported: ${why}`
      : ', and imported only if you choose that'
    const what = isCompared
      ? `What was edited in ${service} on ${from} is`
      : `No snapshot says what ${service} of home holds, so all dashboards on ${from} are`
    const sentence = `${what} kept as files${because}: ${titles}.`
    return { save: [save], carry: [], told: [...notRead, sentence] }
  }
  const carry: Step = {
    kind: 'CarryDashboards',
    stack: stack.name,
    project,
    service,
    url: homeUrl,
    savedFrom: id,
    from,
    dashboards: newer,
    seconds: homeUpWithinSeconds,
    cause: 'you chose that; what home has changed since stays',
  }
  return { save: [save], carry: [carry], told: notRead }
}
