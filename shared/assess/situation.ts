import type { BackupSight } from '../domain/backup-sight.ts'
import type { Container } from '../domain/container.ts'
import type { History } from '../domain/history.ts'
import type { Baseline, MonitoringSights } from '../domain/monitoring.ts'
import type { ObservedState } from '../domain/observed-state.ts'
import type { Reading } from '../domain/reading.ts'
import { type ServiceOfStack, type Stack, servicesOf } from '../domain/stack.ts'
import {
  currentSight,
  homeContainers,
  homeSight,
  isUp,
  nameOfEngine,
  placesOf,
} from '../domain/whereabouts.ts'

/** All that a rule may know. */
export type Situation = {
  observed: ObservedState
  stack: Stack
  history: History
  now: number
  /** The stack file as it is now cannot be used; `stack` is the last good one. */
  stackFileProblem?: { file: string; problem: string }
  /** Absent while nobody looks beyond the containers: then nothing can be said about it. */
  monitoring?: MonitoringSights
  /** Absent where nobody keeps backups of this stack, or looks at them. */
  backups?: Reading<BackupSight>
  /** Absent until something has been accepted: then nothing has drifted from it. */
  baseline?: Baseline
}

/** The services that should be running: all but those that run to their end. */
export function lastingServices(stack: Stack): ServiceOfStack[] {
  return servicesOf(stack).filter(({ service }) => service.oneShot !== true)
}

export type ServiceAtHome = ServiceOfStack & {
  subject: string
  containers: readonly Container[]
}

/** Every service with its containers at home; empty while home cannot be seen. */
export function servicesAtHome({ observed, stack }: Situation): ServiceAtHome[] {
  const containers = homeContainers(observed, stack.home)
  if (containers === undefined) return []
  const byService = Map.groupBy(
    containers.filter(({ oneOff }) => !oneOff),
    ({ project, service }) => `${project}/${service}`,
  )
  return servicesOf(stack).map(({ project, service }) => ({
    project,
    service,
    subject: `service:${project}/${service.name}`,
    containers: byService.get(`${project}/${service.name}`) ?? [],
  }))
}

type Damage = {
  total: number
  /** Services that plain `docker` does not show any more. */
  outOfSight: string[]
  /** `grafana on default`, for every service that is up somewhere else than at home. */
  elsewhere: string[]
}

/** What follows from plain `docker` not going home, or from home being gone. */
export function damageOf({ observed, stack }: Situation): Damage {
  const home = homeSight(observed, stack.home)
  const homeSeen = homeContainers(observed, stack.home) !== undefined
  const current = currentSight(observed)
  const outOfSight: string[] = []
  const elsewhere: string[] = []
  const services = lastingServices(stack)
  for (const { project, service } of services) {
    const places = placesOf(observed, project, service.name)
    const upAtHome = places.some(({ sight, container }) => sight === home && isUp(container))
    const shown = places.some(({ sight }) => sight === current && current !== undefined)
    if ((upAtHome || !homeSeen) && !shown) outOfSight.push(service.name)
    for (const { sight, container } of places) {
      if (sight !== home && isUp(container))
        elsewhere.push(`${service.name} on ${nameOfEngine(observed, sight, stack.home)}`)
    }
  }
  return { total: services.length, outOfSight, elsewhere }
}

/** `14 of 14 services: prometheus, grafana`, or undefined when there is none. */
export function countAndNames(names: readonly string[], total: number): string | undefined {
  return names.length === 0
    ? undefined
    : `${names.length} of ${total} services: ${names.join(', ')}`
}

/** Evidence in reading order, without what is not known. */
export function evidence(
  entries: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(entries).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
    ),
  )
}

export const asTime = (milliseconds: number): string => new Date(milliseconds).toISOString()
