import type { ComposeProject, ComposeStart, Stack } from '../../domain/stack.ts'
import type { StatusView } from '../../ipc/status.ts'
import { shellWord } from '../../kit/shell-word.ts'

// Commands for this stack, a line each, to be pasted into a terminal.

const words = (...parts: readonly string[]): string => parts.map(shellWord).join(' ')

const flags = (flag: string, values: readonly string[]): string[] =>
  values.flatMap((value) => [flag, value])

/** `docker compose` with every file of a start, so that it means the same project as before. */
export const composeOf = ({ home }: Stack, project: ComposeProject, start: ComposeStart): string =>
  words(
    ...['docker', '--context', home.context, 'compose', '--project-name', project.name],
    ...['--project-directory', project.workingDir],
    ...flags('--env-file', start.envFiles),
    ...flags('-f', start.files),
  )

const eachStart = (
  stack: Stack,
  line: (project: ComposeProject, start: ComposeStart) => string,
): string[] =>
  stack.projects.flatMap((project) => project.starts.map((start) => line(project, start)))

/** In the order in which the stack comes up. */
const upWith = (stack: Stack, flag: string): string[] =>
  eachStart(stack, (project, start) =>
    [
      composeOf(stack, project, start),
      `up --detach${flag}`,
      words(...start.services.map(({ name }) => name)),
    ].join(' '),
  )

/** What runs is left alone. */
export const upCommands = (stack: Stack): string[] => upWith(stack, ' --no-recreate')

/** What its files say otherwise by now is made anew. */
export const applyCommands = (stack: Stack): string[] => upWith(stack, '')

export const configCommands = (stack: Stack): string[] =>
  eachStart(stack, (project, start) => `${composeOf(stack, project, start)} config`)

export const psCommands = ({ projects }: Stack, context: string): string[] =>
  projects.map(
    ({ name }) =>
      `docker --context ${shellWord(context)} ps --all --filter label=com.docker.compose.project=${shellWord(name)}`,
  )

export const composeFiles = ({ projects }: Stack): string[] => [
  ...new Set(
    projects.flatMap(({ starts }) =>
      starts.flatMap(({ files, envFiles }) => [...files, ...envFiles]),
    ),
  ),
]

export const configFiles = ({ projects }: Stack): string[] => [
  ...new Set(
    projects.flatMap(({ starts }) =>
      starts.flatMap(({ services }) => services.flatMap(({ config }) => config)),
    ),
  ),
]

type Stray = { context: string; container: string }

/** What of the stack is on an engine that is not its home, by a context that leads there. */
export function straysIn({ services, engines, home }: StatusView): Stray[] {
  const nameOf = (engineId: string | null, context: string | null) =>
    context ?? engines.find((one) => one.engineId === engineId)?.contexts[0]
  const strays = services.flatMap(({ places }) =>
    places.flatMap(({ engineId, context, container, state }) => {
      const name = nameOf(engineId, context)
      const isHome = engineId === null ? context === home?.context : engineId === home?.engineId
      return isHome || name === undefined || state === 'exited'
        ? []
        : [{ context: name, container }]
    }),
  )
  return [...new Map(strays.map((one) => [`${one.context} ${one.container}`, one])).values()]
}

/** They keep their data, and do not come back by themselves. */
export const strayCommands = (strays: readonly Stray[]): string[] =>
  strays.flatMap(({ context, container }) => [
    words('docker', '--context', context, 'stop', container),
    words('docker', '--context', context, 'update', '--restart=no', container),
  ])

/** Names of systemd units that findings speak of. */
export const unitsIn = ({ findings }: StatusView): string[] => [
  ...new Set(
    findings.flatMap(({ subject, status }) =>
      status !== 'resolved' && subject.startsWith('unit:') ? [subject.slice('unit:'.length)] : [],
    ),
  ),
]
