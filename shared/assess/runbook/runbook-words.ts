import { type ServiceOfStack, type Stack, servicesOf } from '../../domain/stack.ts'
import type { FindingView, StatusView } from '../../ipc/status.ts'
import { shellWord } from '../../kit/shell-word.ts'
import { endpointsOf } from '../../stack/endpoints.ts'
import type { Role } from '../../stack/roles.ts'
import { roleOf } from '../../stack/roles.ts'
import type { FindingCode } from '../finding.ts'
import {
  applyCommands,
  composeFiles,
  composeOf,
  configCommands,
  configFiles,
  psCommands,
  strayCommands,
  straysIn,
  unitsIn,
  upCommands,
} from './commands.ts'

/** What a page is filled with; as much of it as is known. */
export type RunbookMatter = {
  status?: StatusView | undefined
  stack?: Stack | undefined
  /** The page's own code: what its finding is about comes first. */
  code?: FindingCode
}

type Word = {
  /** Several lines only for a word that stands on a line of its own. */
  fill: (matter: RunbookMatter) => string | null | undefined
  /** What stands there while it is not known; it may name other words. */
  otherwise: string
}

const lines = (some: readonly string[] | undefined): string | undefined =>
  some === undefined || some.length === 0 ? undefined : some.join('\n')

const paths = (some: readonly string[]): string | undefined =>
  some.length === 0 ? undefined : some.map(shellWord).join(' ')

/** The finding that the page is about, if it is there now. */
const findingOf = ({ status, code }: RunbookMatter): FindingView | undefined =>
  status?.findings.find((one) => one.code === code && one.status !== 'resolved')

function subjectOf(matter: RunbookMatter, kind: string): string | undefined {
  const subject = findingOf(matter)?.subject
  return subject?.startsWith(`${kind}:`) ? subject.slice(kind.length + 1) : undefined
}

function serviceOf(matter: RunbookMatter): ServiceOfStack | undefined {
  const subject = subjectOf(matter, 'service')
  return (
    matter.stack &&
    servicesOf(matter.stack).find(
      ({ project, service }) => `${project}/${service.name}` === subject,
    )
  )
}

/** Its container at home as it was last seen. */
function containerOf({ status }: RunbookMatter, wanted: ServiceOfStack | undefined) {
  const seen = status?.services.find(
    ({ name, project }) => name === wanted?.service.name && project === wanted.project,
  )
  return seen?.places.find(({ engineId }) => engineId === status?.home?.engineId)?.container
}

const withRole = (matter: RunbookMatter, role: Role): ServiceOfStack | undefined =>
  matter.stack && servicesOf(matter.stack).find((one) => roleOf(one) === role)

type Program = 'prometheus' | 'grafana' | 'alertmanager' | 'loki'

const program = (name: Program): Record<string, Word> => ({
  [`${name}.url`]: {
    fill: ({ stack }) => stack && endpointsOf(stack)[name][0]?.url,
    otherwise: `${name.toUpperCase()}_URL`,
  },
  [`${name}.container`]: {
    fill: (matter) => containerOf(matter, withRole(matter, name)),
    otherwise: `${name.toUpperCase()}_CONTAINER`,
  },
})

function urlOf(matter: RunbookMatter): string | undefined {
  const { stack } = matter
  const wanted = serviceOf(matter)
  if (!stack || !wanted) return undefined
  const { exporters, unreachable: _, ...programs } = endpointsOf(stack)
  return [exporters, ...Object.values(programs)]
    .flat()
    .find(({ project, service }) => project === wanted.project && service === wanted.service.name)
    ?.url
}

function composeOfService(matter: RunbookMatter): string | undefined {
  const { stack } = matter
  const wanted = serviceOf(matter)
  for (const project of stack?.projects ?? []) {
    for (const start of project.starts) {
      const has = start.services.some(({ name }) => name === wanted?.service.name)
      if (stack && has && project.name === wanted?.project) return composeOf(stack, project, start)
    }
  }
  return undefined
}

/** What a page may name in double braces. */
export const runbookWords: Readonly<Record<string, Word>> = {
  'stack.name': { fill: ({ status }) => status?.stack, otherwise: 'the stack' },
  'stack.file': {
    fill: ({ status }) => status?.stackFile && shellWord(status.stackFile),
    otherwise: 'STACK_FILE',
  },
  'stack.directory': {
    fill: ({ stack }) => {
      const directory = stack?.projects[0]?.workingDir
      return directory && shellWord(directory)
    },
    otherwise: 'DIRECTORY',
  },
  'home.context': { fill: ({ status }) => status?.home?.context, otherwise: 'HOME_CONTEXT' },
  'home.engineId': { fill: ({ status }) => status?.home?.engineId, otherwise: 'HOME_ENGINE_ID' },
  'home.endpoint': {
    fill: ({ status }) => status?.engines.find(({ home }) => home)?.endpoint,
    otherwise: 'HOME_ENDPOINT',
  },
  'current.context': {
    fill: ({ status }) => status?.current?.context,
    otherwise: 'CURRENT_CONTEXT',
  },
  'other.context': {
    fill: ({ status }) =>
      status &&
      (straysIn(status)[0]?.context ??
        status.engines.find(({ home, contexts }) => !home && contexts.length > 0)?.contexts[0]),
    otherwise: 'OTHER_CONTEXT',
  },
  'compose.up': {
    fill: ({ stack }) => stack && lines(upCommands(stack)),
    otherwise:
      'docker --context {{home.context}} compose -f FILE -f FILE up --detach --no-recreate',
  },
  'compose.apply': {
    fill: ({ stack }) => stack && lines(applyCommands(stack)),
    otherwise: 'docker --context {{home.context}} compose -f FILE -f FILE up --detach',
  },
  'compose.config': {
    fill: ({ stack }) => stack && lines(configCommands(stack)),
    otherwise: 'docker --context {{home.context}} compose -f FILE -f FILE config',
  },
  'compose.files': {
    fill: ({ stack }) => stack && paths(composeFiles(stack)),
    otherwise: 'FILE',
  },
  'config.files': { fill: ({ stack }) => stack && paths(configFiles(stack)), otherwise: 'FILE' },
  'home.list': {
    fill: ({ stack }) => stack && lines(psCommands(stack, stack.home.context)),
    otherwise: 'docker --context {{home.context}} ps --all',
  },
  'current.list': {
    fill: ({ stack, status }) =>
      stack && status?.current && lines(psCommands(stack, status.current.context)),
    otherwise: 'docker ps --all',
  },
  'strays.stop': {
    fill: ({ status }) => status && lines(strayCommands(straysIn(status))),
    otherwise:
      'docker --context {{other.context}} stop CONTAINER\ndocker --context {{other.context}} update --restart=no CONTAINER',
  },
  'units.stop': {
    fill: ({ status }) =>
      status && lines(unitsIn(status).map((unit) => `systemctl disable --now ${shellWord(unit)}`)),
    otherwise: 'systemctl disable --now UNIT',
  },
  'units.status': {
    fill: ({ status }) =>
      status && lines(unitsIn(status).map((unit) => `systemctl status ${shellWord(unit)}`)),
    otherwise: 'systemctl status UNIT',
  },
  'unit.name': { fill: (matter) => subjectOf(matter, 'unit'), otherwise: 'UNIT' },
  'service.name': { fill: (matter) => serviceOf(matter)?.service.name, otherwise: 'SERVICE' },
  'service.container': {
    fill: (matter) => containerOf(matter, serviceOf(matter)),
    otherwise: 'CONTAINER',
  },
  'service.url': { fill: urlOf, otherwise: 'URL' },
  'service.compose': {
    fill: composeOfService,
    otherwise: 'docker --context {{home.context}} compose -f FILE -f FILE',
  },
  'port.number': {
    fill: (matter) => subjectOf(matter, 'port')?.split('/')[0],
    otherwise: 'PORT',
  },
  'file.path': {
    fill: (matter) => {
      const path = subjectOf(matter, 'file')
      return path && shellWord(path)
    },
    otherwise: 'FILE',
  },
  ...program('prometheus'),
  ...program('grafana'),
  ...program('alertmanager'),
  ...program('loki'),
}
