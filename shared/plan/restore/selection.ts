import type { Manifest, SnapshotComponent, SnapshotFile } from '../../domain/snapshot.ts'
import { type Stack, servicesOf } from '../../domain/stack.ts'
import { isAtOrBelow } from '../../stack/paths.ts'
import { roleOf } from '../../stack/roles.ts'
import type { DataPlace } from '../steps/restore-steps.ts'
import { type DashboardPart, dashboardsNamed, isWithData } from './dashboard-parts.ts'

export type ServiceName = { project: string; service: string }

/** Data of a snapshot that can be put back where it was. */
export type DataPart = { component: SnapshotComponent; place: DataPlace }

/** What of a snapshot is wanted back. */
export type Selection = {
  data: readonly DataPart[]
  /** Of the configuration: files, links and the directories that they lie in. */
  configuration: readonly SnapshotFile[]
  /** Put back one at a time; all of them come with the data of their Grafana. */
  dashboards: readonly DashboardPart[]
  /** Words that name nothing in it. */
  unknown: readonly string[]
  /** What is in it and cannot be put back, a sentence each. */
  notes: readonly string[]
}

/** The component with everything that a person wrote. */
export const configurationId = 'configuration'

export const hostPathOf = ({ path }: Pick<SnapshotFile, 'path'>): string => `/${path}`

type SelectMatter = {
  manifest: Pick<Manifest, 'components'>
  files: readonly SnapshotFile[]
  stack: Stack
  /** Everything otherwise. */
  only?: readonly string[]
  /** Of Sentinel itself: put back only when they are named. */
  ownFiles: readonly string[]
}

/** Takes the words of a person apart, and finds what they mean in a snapshot. */
export function select({ manifest, files, stack, only, ownFiles }: SelectMatter): Selection {
  const all = dataParts(manifest)
  const configuration = files.filter(({ component }) => component === configurationId)
  const notOwn = configuration.filter((file) => !ownFiles.includes(hostPathOf(file)))
  const notes = noPlaceFor(manifest)
  if (only === undefined)
    return { data: all, configuration: notOwn, dashboards: [], unknown: [], notes }

  const data = new Set<DataPart>()
  const wanted = new Set<SnapshotFile>()
  const dashboards = new Map<string, DashboardPart>()
  const unknown: string[] = []
  for (const word of only) {
    const named = dashboardsNamed(word, files)
    for (const one of named) dashboards.set(`${one.component}/${one.path}`, one)
    if (named.length > 0) continue
    const found = meaning(word, { all, configuration, notOwn, stack })
    if (found.data.length + found.files.length === 0) unknown.push(word)
    for (const one of found.data) data.add(one)
    for (const one of found.files) wanted.add(one)
  }
  const chosen = all.filter((one) => data.has(one))
  return {
    data: chosen,
    configuration: configuration.filter(
      (one) => wanted.has(one) || (one.type === 'directory' && hasSome(one, wanted)),
    ),
    dashboards: [...dashboards.values()].filter((one) => !isWithData(one, chosen)),
    unknown,
    notes: [],
  }
}

const hasSome = ({ path }: SnapshotFile, wanted: ReadonlySet<SnapshotFile>): boolean =>
  [...wanted].some((file) => file.path.startsWith(`${path}/`))

type Found = { data: readonly DataPart[]; files: readonly SnapshotFile[] }
type Whole = {
  all: readonly DataPart[]
  configuration: readonly SnapshotFile[]
  notOwn: readonly SnapshotFile[]
  stack: Stack
}

const roles = ['prometheus', 'alertmanager', 'grafana', 'loki']

function meaning(word: string, { all, configuration, notOwn, stack }: Whole): Found {
  if (word === 'config' || word === configurationId) return { data: [], files: notOwn }
  if (word === 'volumes') return { data: all, files: [] }
  const path = pathIn(word)
  if (path !== undefined) {
    return {
      data: all.filter(({ place }) => place.type === 'bind' && isAtOrBelow(place.source, path)),
      files: configuration.filter((file) => isAtOrBelow(hostPathOf(file), path)),
    }
  }
  const component = all.filter(
    ({ component, place }) => component.id === word || place.source === word,
  )
  if (component.length > 0) return { data: component, files: [] }
  const services = servicesOf(stack)
  if (roles.includes(word)) {
    const own = services.filter((one) => roleOf(one) === word).map(nameOf)
    return { data: all.filter(({ component }) => isUsedBy(component, own)), files: [] }
  }
  const named = services.filter(
    ({ project, service }) => word === service.name || word === `${project}/${service.name}`,
  )
  const config = named.flatMap(({ service }) => service.config)
  return {
    data: all.filter(({ component }) => isUsedBy(component, named.map(nameOf))),
    files: configuration.filter((file) => config.some((one) => isAtOrBelow(hostPathOf(file), one))),
  }
}

const nameOf = ({ project, service }: { project: string; service: { name: string } }): string =>
  `${project}/${service.name}`

/** A path of this machine, as a person or `browse` writes it. */
function pathIn(word: string): string | undefined {
  const path = word.startsWith(`${configurationId}/`) ? word.slice(configurationId.length) : word
  return path.startsWith('/') ? path.replace(/(?<=.)\/+$/, '') : undefined
}

const isUsedBy = (component: SnapshotComponent, services: readonly string[]): boolean =>
  usersOf(component).some((user) => services.includes(user))

/** `project/service` of everybody who had it mounted when it was taken. */
export function usersOf({ facts }: Pick<SnapshotComponent, 'facts'>): string[] {
  const mounts = [...(facts['users'] ?? '').split(' '), ...(facts['mounts'] ?? '').split('\n')]
  const named = mounts.map((mount) => mount.slice(0, Math.max(0, mount.indexOf(':'))))
  return [...new Set([...named, facts['service'] ?? ''])].filter((one) => one.includes('/'))
}

export function dataParts({ components }: Pick<Manifest, 'components'>): DataPart[] {
  return components.flatMap((component) => {
    const place = placeOf(component)
    return place ? [{ component, place }] : []
  })
}

/** Undefined for what was exported, and for data in a container's own layer. */
export function placeOf({ facts }: Pick<SnapshotComponent, 'facts'>): DataPlace | undefined {
  const { volume, bind, hostPath, below = '' } = facts
  if (volume !== undefined) return { type: 'volume', source: volume, below }
  if (bind !== undefined) return { type: 'bind', source: bind, below }
  return hostPath === undefined ? undefined : { type: 'bind', source: hostPath, below: '' }
}

const exported = ['grafana', 'alertmanager']

function noPlaceFor({ components }: Pick<Manifest, 'components'>): string[] {
  return components.flatMap((component) => {
    const { id, kind, title } = component
    if (placeOf(component) || id === configurationId || kind === 'machine') return []
    const what = exported.includes(kind)
      ? `${title} were exported to be looked at, and are not put back; what is in the volume is.`
      : `${title} lay in a container and not in a volume, so it is not put back; extract it instead.`
    return [what]
  })
}
