import type { EngineEvent } from './event-feed.ts'
import { runs, type SmallContainer } from './small-container.ts'

/** The value of `?filters=`: values of one key are alternatives, only labels must all hold. */
type Filters = Readonly<Record<string, readonly string[]>>

type Test<T> = (thing: T, value: string) => boolean

/** An answer with this sentence and status 400. */
export class InvalidFilter extends Error {}

/** Takes both notations: `{"label":["a=b"]}` and the CLI's older `{"label":{"a=b":true}}`. */
export function parseFilters(text: string | null): Filters {
  if (text === null || text === '') return {}
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw new InvalidFilter('invalid filter')
  }
  if (typeof parsed !== 'object' || parsed === null) throw new InvalidFilter('invalid filter')
  return Object.fromEntries(
    Object.entries(parsed).map(([key, values]: [string, unknown]) => [
      key,
      Array.isArray(values) ? values.map(String) : Object.keys(values ?? {}),
    ]),
  )
}

function hasLabel(labels: Readonly<Record<string, string>>, wanted: string): boolean {
  const equals = wanted.indexOf('=')
  if (equals < 0) return wanted in labels
  return labels[wanted.slice(0, equals)] === wanted.slice(equals + 1)
}

const containerTests: Readonly<Record<string, Test<SmallContainer>>> = {
  id: (container, value) => container.id.startsWith(value),
  name: (container, value) => new RegExp(value.replace(/^\^?\//, '^')).test(container.spec.name),
  status: (container, value) => container.state === value,
  health: (container, value) => container.health === value,
  network: (container, value) => container.spec.network === value,
  volume: (container, value) =>
    container.spec.mounts.some((mount) => mount.source === value || mount.destination === value),
  exited: (container, value) =>
    container.state === 'exited' && container.exitCode === Number(value),
  label: (container, value) => hasLabel(container.spec.labels, value),
}

const eventTests: Readonly<Record<string, Test<EngineEvent>>> = {
  // `health_status` is a prefix of what stands in Action: "health_status: healthy".
  event: (event, value) => event.Action === value || event.Action.startsWith(`${value}:`),
  type: (event, value) => event.Type === value,
  scope: (event, value) => event.scope === value,
  container: (event, value) =>
    event.Type === 'container' &&
    (event.Actor.ID.startsWith(value) || event.Actor.Attributes['name'] === value),
  image: (event, value) => event.from === value,
  network: (event, value) => event.Type === 'network' && event.Actor.Attributes['name'] === value,
  label: (event, value) => hasLabel(event.Actor.Attributes, value),
}

function passes<T>(thing: T, filters: Filters, tests: Readonly<Record<string, Test<T>>>): boolean {
  return Object.entries(filters).every(([key, values]) => {
    const holds = (value: string) => tests[key]?.(thing, value) ?? false
    return key === 'label' ? values.every(holds) : values.length === 0 || values.some(holds)
  })
}

function refuseUnknownKeys(filters: Filters, tests: object): void {
  for (const key of Object.keys(filters)) {
    if (!(key in tests)) throw new InvalidFilter(`invalid filter '${key}'`)
  }
}

/** Which containers `GET /containers/json` lists. Asking for a state asks for all of them. */
export function containerFilter(
  filters: Filters,
  all: boolean,
): (container: SmallContainer) => boolean {
  refuseUnknownKeys(filters, containerTests)
  const everyState = all || 'status' in filters || 'exited' in filters
  return (container) =>
    (everyState || runs(container) || container.state === 'restarting') &&
    passes(container, filters, containerTests)
}

/** Which lines `GET /events` sends. */
export function eventFilter(filters: Filters): (event: EngineEvent) => boolean {
  refuseUnknownKeys(filters, eventTests)
  return (event) => passes(event, filters, eventTests)
}
