import type { Container, PublishedPort } from '../domain/container.ts'
import type { Engine } from '../domain/engine.ts'
import type { ComposeProject, ComposeStart, Stack, StackService } from '../domain/stack.ts'
import { err, ok, type Result } from '../kit/result.ts'
import { chooseProjects } from './choose-projects.ts'
import { configurationOf } from './configuration-mounts.ts'
import { exporterOf } from './exporters.ts'
import { resolvePath } from './paths.ts'
import { nameSchema } from './stack-schema.ts'

type LearnFrom = {
  /** Name of the stack; otherwise that of its first project. */
  name?: string
  engine: Engine
  /** A context that leads to that engine: it becomes home. */
  context: string
  endpoint: string
  /** All compose containers of the engine, running or not. */
  containers: readonly Container[]
  /** Exactly these compose projects; otherwise the choice is made here, and explained. */
  projects?: readonly string[]
}

type Learned = { stack: Stack; why: string }

type LearnProblem = {
  code: 'NO_PROJECT' | 'NO_SUCH_PROJECT' | 'BAD_NAME'
  sentence: string
  /** What there is to choose from. */
  projects: readonly string[]
}

/** Learns from what runs on one engine what a person takes for right. */
export function learnStack(from: LearnFrom): Result<Learned, LearnProblem> {
  const containers = from.containers.filter(({ oneOff, project }) => !oneOff && project !== '')
  const there = [...new Set(containers.map(({ project }) => project))].toSorted()
  const place = `engine ${from.engine.name} (context ${from.context})`
  if (there.length === 0) {
    return err({
      code: 'NO_PROJECT',
      sentence: `The ${place} has no compose project, expected at least one.`,
      projects: [],
    })
  }
  const missing = from.projects?.filter((project) => !there.includes(project)) ?? []
  if (missing.length > 0) {
    return err({
      code: 'NO_SUCH_PROJECT',
      sentence: `The ${place} has no compose project ${missing.join(', ')}; it has ${there.join(', ')}.`,
      projects: there,
    })
  }
  if (from.name !== undefined && !nameSchema.safeParse(from.name).success) {
    return err({
      code: 'BAD_NAME',
      sentence: `${JSON.stringify(from.name)} cannot be the name of a stack, expected letters, digits, "_", "." and "-".`,
      projects: there,
    })
  }
  const asked = from.projects && from.projects.length > 0
  const choice = asked
    ? { projects: [...new Set(from.projects)], why: 'The compose projects that were asked for.' }
    : chooseProjects(containers)
  const projects = choice.projects.map((name) =>
    learnProject(
      name,
      containers.filter(({ project }) => project === name),
    ),
  )
  return ok({
    stack: {
      name: from.name ?? choice.projects[0] ?? 'stack',
      home: {
        context: from.context,
        engineId: from.engine.id,
        engineKind: from.engine.kind,
        endpoint: from.endpoint,
      },
      projects,
      stayHome: { enabled: false, countdownSeconds: 30 },
    },
    why: choice.why,
  })
}

function learnProject(name: string, members: readonly Container[]): ComposeProject {
  const byAge = members.toSorted((a, b) => a.createdAt - b.createdAt || a.number - b.number)
  const [oldest] = byAge
  const workingDir = resolvePath('/', oldest?.workingDir ?? '')
  const completing = namedAsCompleting(members)

  // A service is where its oldest container came from, also while one of several has been
  // recreated from other files.
  const services = [...Map.groupBy(byAge, ({ service }) => service).values()]
  const byFiles = Map.groupBy(services, ([first]) => filesOf(first).join('\n'))
  return {
    name,
    workingDir,
    starts: [...byFiles.values()].map((group) => learnStart(group, completing)),
  }
}

function learnStart(
  services: readonly (readonly Container[])[],
  completing: ReadonlySet<string>,
): ComposeStart {
  const all = services.flat()
  const newest = all.toSorted((a, b) => b.createdAt - a.createdAt)[0]
  return {
    files: filesOf(services[0]?.[0]),
    // The last `up` is the one in force; earlier ones may have used other files.
    envFiles: newest ? absolute(newest.envFiles, newest.workingDir) : [],
    services: services.map((containers) => learnService(containers, completing)),
  }
}

function learnService(
  containers: readonly Container[],
  completing: ReadonlySet<string>,
): StackService {
  const first = containers[0] as Container
  const exporter = exporterOf(first)
  const ports = [...new Set(containers.flatMap(portsOf))]
  const oneShot =
    completing.has(first.service) || (ports.length === 0 && containers.every(ranToItsEnd))
  return {
    name: first.service,
    image: first.image,
    ports,
    config: [...new Set(containers.flatMap(configurationOf))].toSorted(),
    ...(exporter && !oneShot && { exporter }),
    ...(oneShot && { oneShot: true }),
  }
}

/** Who publishes ports is a server: it exits with 0 too when somebody stops it. */
const ranToItsEnd = ({ restartPolicy, state, exitCode }: Container): boolean =>
  (restartPolicy === 'no' || restartPolicy === '') && state === 'exited' && exitCode === 0

/** Services that others wait for with `condition: service_completed_successfully`. */
function namedAsCompleting(members: readonly Container[]): Set<string> {
  const label = 'com.docker.compose.depends_on'
  return new Set(
    members
      .flatMap(({ labels }) => labels[label]?.split(',') ?? [])
      .map((dependency) => dependency.split(':'))
      .filter(([, condition]) => condition === 'service_completed_successfully')
      .map(([service]) => service ?? ''),
  )
}

const filesOf = (container: Container | undefined): string[] =>
  container ? absolute(container.composeFiles, container.workingDir) : []

/** "-" is a file that was read from standard input and is not there any more. */
const absolute = (paths: readonly string[], workingDir: string): string[] =>
  paths.filter((path) => path !== '' && path !== '-').map((path) => resolvePath(workingDir, path))

function portsOf({ portsWanted, portsGot }: Container): string[] {
  return (portsWanted.length > 0 ? portsWanted : portsGot).map(shortForm)
}

/** Compose's short form; the two wildcards of one port are one entry. */
function shortForm({ hostIp, hostPort, containerPort, protocol }: PublishedPort): string {
  const anywhere = hostIp === '' || hostIp === '0.0.0.0' || hostIp === '::'
  const address = anywhere ? '' : `${hostIp.includes(':') ? `[${hostIp}]` : hostIp}:`
  const host = hostPort === 0 ? (anywhere ? '' : ':') : `${hostPort}:`
  return `${address}${host}${containerPort}${protocol === 'tcp' ? '' : `/${protocol}`}`
}
