import type { Container } from '../../domain/container.ts'
import { shortId } from '../../domain/short-id.ts'
import type { SnapshotComponent } from '../../domain/snapshot.ts'
import { homeContainers, homeSight, isUp } from '../../domain/whereabouts.ts'
import { dayAndTime } from '../../kit/day-and-time.ts'
import { err, ok, type Result } from '../../kit/result.ts'
import { endpointsOf } from '../../stack/endpoints.ts'
import type { Plan, Refusal, Step } from '../plan.ts'
import type { PutBack } from '../steps/file-steps.ts'
import { inStartOrder, isOneOf, usersOfFile, usersOfPlaces } from './affected.ts'
import { dashboardRemarks, dashboardSteps, leftDashboards } from './dashboards.ts'
import type { Present, RestoreMatter } from './matter.ts'
import { type RestoreCode, refuse } from './refuse.ts'
import { otherEngine, remarks } from './remarks.ts'
import { configurationId, type DataPart, hostPathOf, type ServiceName } from './selection.ts'
import { whatIsLost } from './what-is-lost.ts'

/** A cold start of what was stopped, with health checks of half a minute. */
const upWithinSeconds = 180
const wellWithinSeconds = 60
/** Of the run that is over, and what nobody keeps: they stay, or are made anew. */
export const notData: string[] = ['lock', 'queries.active', 'snapshots']

/** From what is there now to what a snapshot holds. Empty when nothing differs. */
export function planRestore(matter: RestoreMatter): Result<Plan, Refusal<RestoreCode>> {
  const { intent, stack, observed, selection, manifest } = matter
  const sight = homeSight(observed, stack.home)
  const containers = homeContainers(observed, stack.home)
  const refusal = refuse(matter, containers)
  if (refusal) return err(refusal)

  const at = { endpoint: sight?.endpoint ?? stack.home.endpoint, engineId: stack.home.engineId }
  const data = selection.data.filter((part) => !isUnchanged(part, matter))
  const stopped = usersOfPlaces(
    data.map(({ place }) => place),
    stack,
    containers ?? [],
  )
  const files = filesToPutBack(matter)
  const made = matter.made ?? []
  const changed = [...files, ...made].map(({ file }) => file)
  const users = inStartOrder(
    changed.flatMap((file) => usersOfFile(file, stack, containers ?? [])),
    stack,
  )
  const running = users.filter((one) => isRunning(one, containers ?? []))
  const restarts = running.filter((one) => !isOneOf(one, stopped))
  const dashboards = dashboardSteps(matter)
  const isOnDisk = data.length + files.length + made.length > 0
  if (!isOnDisk && dashboards.length === 0) return ok(planOf(matter, [], []))

  const steps: Step[] = [
    check(matter, data, [...files.map(inSnapshot), ...dashboardFiles(dashboards)], at),
    ...stopServices(at, stopped),
    keepPresent(matter, data, dashboards),
    ...data.map((part) => restoreVolume(matter, part, at)),
    ...removeFiles(made),
    ...putBack(matter, files, { ...at, restarts }),
    ...bringUps(matter, changed, at, containers ?? []),
    ...startServices(at, stopped),
    ...dashboards,
    ...(isOnDisk
      ? [
          verify(matter, files, {
            at,
            affected: inStartOrder([...stopped, ...running], stack),
            containers,
          }),
        ]
      : []),
  ]
  const lost = whatIsLost({
    selection: { ...selection, data },
    manifest,
    stack,
    containers: containers ?? [],
    now: matter.now,
  })
  return ok(
    planOf(matter, steps, [
      ...lost,
      ...remarks(matter, data, files, containers),
      ...dashboardRemarks(matter),
      ...otherEngine(matter, intent),
    ]),
  )
}

function isUnchanged({ component, place }: DataPart, { present }: RestoreMatter): boolean {
  const seen = present.counts.get(component.id)?.counts
  const isThere = place.type === 'bind' || present.volumes.has(place.source)
  return isThere && seen !== undefined && seen.create + seen.replace + seen.remove === 0
}

const isRunning = ({ project, service }: ServiceName, containers: readonly Container[]): boolean =>
  containers.some((one) => one.project === project && one.service === service && isUp(one))

function filesToPutBack({ selection, present, repository, snapshot }: RestoreMatter): PutBack[] {
  return selection.configuration.flatMap((file): PutBack[] => {
    const { type, sha256, path, component, mode } = file
    if (type !== 'file' || sha256 === undefined) return []
    const target = hostPathOf(file)
    const now = present.hashes.get(target) ?? null
    if (now === sha256) return []
    const source = { from: 'snapshot' as const, repository, snapshot, component, path }
    return [{ file: target, source, sha256, replaces: now, mode: mode & 0o777 }]
  })
}

const inSnapshot = ({ file }: PutBack) => ({ component: configurationId, path: file.slice(1) })

const dashboardFiles = (steps: readonly Step[]) =>
  steps.flatMap((step) =>
    step.kind === 'RestoreDashboard' ? [{ component: step.component, path: step.path }] : [],
  )

const componentOf = (step: Step): string[] =>
  step.kind === 'RestoreDashboard' || step.kind === 'RemoveDashboard' ? [step.component] : []

const check = (
  { stack, snapshot, present }: RestoreMatter,
  data: readonly DataPart[],
  files: { component: string; path: string }[],
  at: At,
): Step => ({
  kind: 'CheckSnapshot',
  stack: stack.name,
  snapshot,
  components: data.map(({ component }) => component.id),
  files,
  keepBytes: data.reduce(
    (sum, { component }) => sum + (present.counts.get(component.id)?.bytes ?? component.sizeBytes),
    0,
  ),
  ...(data.length > 0 && {
    engine: {
      ...at,
      growsBytes: data.reduce((sum, part) => sum + growthOf(part, present), 0),
    },
  }),
  cause: 'nothing is touched before it is known to be sound',
})

/** What will lie there beyond what does now. */
function growthOf({ component, place }: DataPart, { counts, volumes }: Present): number {
  const seen = counts.get(component.id)
  if (seen) return Math.max(0, seen.wanted - seen.bytes)
  // What is there now, and nobody had the time to count, may make room for all of it.
  const isThere = place.type === 'bind' || volumes.has(place.source)
  return isThere ? 0 : component.sizeBytes
}

type At = { endpoint: string; engineId: string }

const stopServices = (at: At, services: ServiceName[]): Step[] =>
  services.length === 0
    ? []
    : [{ kind: 'StopServices', ...at, services, cause: 'nobody may write to what is put back' }]

const startServices = (at: At, services: ServiceName[]): Step[] =>
  services.length === 0
    ? []
    : [
        {
          kind: 'StartServices',
          ...at,
          services,
          seconds: upWithinSeconds,
          cause: 'they ran before',
        },
      ]

function keepPresent(
  { stack, snapshot, present, intent }: RestoreMatter,
  data: readonly DataPart[],
  dashboards: readonly Step[],
): Step {
  const there = data.filter(
    ({ place }) => place.type === 'bind' || present.volumes.has(place.source),
  )
  const what = intent.kind === 'restore' ? 'restoring' : 'undoing a restore with'
  const note = `before ${what} ${shortId(snapshot)}`
  const ids = data.flatMap(({ component, place }) => [component.id, `volume:${place.source}`])
  return {
    kind: 'TakeSnapshot',
    stack: stack.name,
    reason: 'before-restore',
    note,
    pin: note,
    only: [...new Set([configurationId, 'machine', ...ids, ...dashboards.flatMap(componentOf)])],
    places: [...new Set(there.map(({ place }) => place.source))],
    cause: 'all of it can be undone from there',
  }
}

function restoreVolume(
  { stack, snapshot, present }: RestoreMatter,
  { component, place }: DataPart,
  at: At,
): Step {
  const { id, title, kind } = component
  const known = present.volumes.get(place.source)
  return {
    kind: 'RestoreVolume',
    ...at,
    stack: stack.name,
    snapshot,
    component: id,
    title,
    place,
    make: place.type === 'bind' ? null : madeAs(component, known !== undefined),
    leave: kind === 'prometheus' ? notData : [],
    counts: present.counts.get(id)?.counts ?? null,
    cause: known || place.type === 'bind' ? 'it is not what the snapshot holds' : 'it is missing',
  }
}

/** null where the volume is there and nobody has written down how it was made. */
function madeAs({ facts }: SnapshotComponent, isThere: boolean) {
  const { driver, withheldOptions } = facts
  if (isThere && (driver === undefined || withheldOptions !== undefined)) return null
  const record = (text = '{}') => JSON.parse(text) as Record<string, string>
  return {
    driver: driver ?? 'local',
    options: record(facts['options']),
    labels: record(facts['labels']),
  }
}

function putBack(
  { selection }: RestoreMatter,
  files: PutBack[],
  where: At & { restarts: ServiceName[] },
): Step[] {
  if (files.length === 0) return []
  const directories = selection.configuration
    .filter(({ type }) => type === 'directory')
    .filter((one) => files.some(({ file }) => file.startsWith(`${hostPathOf(one)}/`)))
    .map((one) => ({ path: hostPathOf(one), mode: one.mode & 0o777 }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
  return [
    {
      kind: 'PutBackFiles',
      files,
      ...where,
      ...(files.some(({ replaces }) => replaces === null) &&
        directories.length > 0 && { directories }),
      cause:
        files.length === 1
          ? 'it is not what the snapshot holds'
          : 'they are not what the snapshot holds',
    },
  ]
}

const removeFiles = (files: readonly { file: string; sha256: string }[]): Step[] =>
  files.length === 0
    ? []
    : [{ kind: 'RemoveFiles', files: [...files], cause: 'the restore had made what was not there' }]

/** Whose compose files come back is compared with them by Compose, and made anew where it differs. */
function bringUps(
  { stack }: RestoreMatter,
  changed: readonly string[],
  at: At,
  containers: readonly Container[],
): Step[] {
  return stack.projects.flatMap((project) =>
    project.starts.flatMap((start): Step[] => {
      const isChanged = [...start.files, ...start.envFiles].some((file) => changed.includes(file))
      const running = start.services.filter(({ name }) =>
        isRunning({ project: project.name, service: name }, containers),
      )
      if (!isChanged || running.length === 0) return []
      return [
        {
          kind: 'BringUp',
          ...at,
          context: stack.home.context,
          project: project.name,
          workingDir: project.workingDir,
          files: [...start.files],
          envFiles: [...start.envFiles],
          services: running.map(({ name }) => name),
          oneShot: running.filter(({ oneShot }) => oneShot).map(({ name }) => name),
          down: [],
          seconds: upWithinSeconds,
          cause: 'their compose files come back',
        },
      ]
    }),
  )
}

function verify(
  { stack }: RestoreMatter,
  files: readonly PutBack[],
  given: { at: At; affected: ServiceName[]; containers: readonly Container[] | undefined },
): Step {
  const { at, affected, containers = [] } = given
  const { prometheus } = endpointsOf(stack, containers)
  return {
    kind: 'VerifyRestored',
    ...at,
    services: affected,
    prometheus: prometheus
      .filter((one) => isOneOf(one, affected))
      .map(({ project, service, url }) => ({ project, service, url })),
    files: files.map(({ file, sha256 }) => ({
      file,
      sha256,
      usedBy: usersOfFile(file, stack, containers).filter((one) => isOneOf(one, affected)),
    })),
    seconds: wellWithinSeconds,
    cause: 'what was put back counts only when it is seen to work',
  }
}

function planOf(matter: RestoreMatter, steps: Step[], warnings: string[]): Plan {
  const { intent, stack, manifest, now } = matter
  const isOther = intent.kind === 'restore' && intent.fromOtherEngine === true
  const gaps = manifest.gaps.map(({ sentence }) => sentence)
  return {
    intent,
    stack: stack.name,
    steps,
    warnings:
      steps.length === 0
        ? leftDashboards(matter)
        : [
            `The snapshot is of ${dayAndTime(manifest.startedAt, now)}.`,
            ...warnings,
            ...gaps.map((gap) => `It has a gap: ${gap}`),
          ],
    whenStopped: 'ask',
    ...(isOther && steps.length > 0 && { confirmWith: stack.name }),
  }
}
