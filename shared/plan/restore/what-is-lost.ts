import type { Container } from '../../domain/container.ts'
import type { Manifest } from '../../domain/snapshot.ts'
import { type Stack, servicesOf } from '../../domain/stack.ts'
import { dayAndTime } from '../../kit/day-and-time.ts'
import { roleOf } from '../../stack/roles.ts'
import { type DataPart, type Selection, usersOf } from './selection.ts'

type Matter = {
  selection: Pick<Selection, 'data' | 'configuration'>
  manifest: Pick<Manifest, 'startedAt' | 'images'>
  stack: Stack
  containers: readonly Container[]
  now: number
}

const kept = 'it is kept in the snapshot that is taken first'

/** What will not be there any more, and what may not work with it, a sentence each. */
export function whatIsLost({ selection, manifest, stack, containers, now }: Matter): string[] {
  const at = (time: string) => dayAndTime(time, now)
  return [
    ...selection.data.flatMap((part) => [
      lossOf(part, at(part.component.facts['maxTime'] ?? manifest.startedAt)),
      ...beyondRetention(part, now),
    ]),
    ...otherImages(selection.data, manifest, containers),
    ...grafanaSecrets(selection, stack),
  ]
}

function lossOf({ component }: DataPart, since: string): string {
  if (component.kind === 'prometheus') {
    const service = component.facts['service'] ?? component.title
    return `Samples of ${service} after ${since} are lost; they are kept in the snapshot that is taken first.`
  }
  return `What was written to ${component.title} after ${since} is lost; ${kept}.`
}

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
}

/** Prometheus' own way to write a time that lasts: `15d`, `1h30m`. `15d or 5GiB` has a size beside it. */
export function durationMs(text: string): number | undefined {
  const [time = ''] = text.split(' or ')
  if (!/^(\d+(ms|[smhdwy]))+$/.test(time)) return undefined
  let sum = 0
  for (const [, count, unit] of time.matchAll(/(\d+)(ms|[smhdwy])/g)) {
    sum += Number(count) * (units[unit ?? ''] ?? 0)
  }
  return sum
}

function beyondRetention({ component }: DataPart, now: number): string[] {
  const { retention = '', minTime, service = component.title } = component.facts
  const lasts = durationMs(retention)
  if (component.kind !== 'prometheus' || lasts === undefined || minTime === undefined) return []
  if (Date.parse(minTime) >= now - lasts) return []
  return [
    `${service} keeps ${retention}: blocks older than that are deleted by it soon after it has started.`,
  ]
}

function otherImages(
  data: readonly DataPart[],
  { images }: Pick<Manifest, 'images'>,
  containers: readonly Container[],
): string[] {
  const users = new Set(data.flatMap(({ component }) => usersOf(component)))
  return [...users].flatMap((user) => {
    const then = images[user]
    const now = containers.find(({ project, service }) => `${project}/${service}` === user)
    if (!then || !now || then.id === now.imageId) return []
    const names = then.image === now.image ? 'another build of it' : now.image
    return [`${user} ran ${then.image} when the snapshot was taken, and runs ${names} now.`]
  })
}

function grafanaSecrets({ data, configuration }: Matter['selection'], stack: Stack): string[] {
  const grafanas = servicesOf(stack).filter((one) => roleOf(one) === 'grafana')
  const names = grafanas.map(({ project, service }) => `${project}/${service.name}`)
  const isIn = data.some(({ component }) => usersOf(component).some((one) => names.includes(one)))
  if (!isIn || configuration.length > 0) return []
  return [
    'Secrets in the database of Grafana can only be read with the secret_key of that time; its configuration is not put back with it.',
  ]
}

/** What runs is older than what wrote the data: databases are not read backwards. */
export function tooNew(
  data: readonly DataPart[],
  { images }: Pick<Manifest, 'images'>,
  stack: Stack,
  containers: readonly Container[],
): { service: string; wrote: string; runs: string } | undefined {
  const guarded = servicesOf(stack).filter((one) =>
    ['grafana', 'prometheus'].includes(roleOf(one) ?? ''),
  )
  const names = new Set(guarded.map(({ project, service }) => `${project}/${service.name}`))
  for (const user of new Set(data.flatMap(({ component }) => usersOf(component)))) {
    if (!names.has(user)) continue
    const container = containers.find(({ project, service }) => `${project}/${service}` === user)
    const [wrote, runs] = [versionIn(images[user]?.image), versionIn(container?.image)]
    if (wrote && runs && isNewer(wrote, runs)) {
      return { service: user, wrote: wrote.join('.'), runs: runs.join('.') }
    }
  }
  return undefined
}

function versionIn(image: string | undefined): number[] | undefined {
  const tag = image?.split('@')[0]?.split('/').at(-1)?.split(':')[1]
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(tag ?? '')
  return match?.slice(1).map((part) => Number(part ?? 0))
}

function isNewer(a: readonly number[], b: readonly number[]): boolean {
  for (const [index, part] of a.entries()) {
    const other = b[index] ?? 0
    if (part !== other) return part > other
  }
  return false
}
