import { parseAllDocuments } from 'yaml'
import { resolvePath } from '../paths.ts'
import { interpolate, type Variables } from './interpolate.ts'

/** Where a compose file is read: what its relative paths and its variables mean. */
export type ComposePlace = { workingDir: string; variables: Variables }

export type ComposeReference = {
  path: string
  /** For the person: "env file of grafana". */
  role: string
  /** Compose starts without it as well. */
  isOptional?: boolean
}

/** Other compose files that are part of this one. */
export type ComposeInclude = {
  paths: readonly string[]
  /** What relative paths in them begin at. */
  workingDir: string
  /** Undefined: `.env` in that directory, if there is one. */
  envFiles?: readonly string[]
}

export type ComposeBind = {
  service: string
  source: string
  destination: string
  readOnly: boolean
}

/** Every file of the machine that a compose file leads to. */
export type ComposeReferences = {
  files: ComposeReference[]
  includes: ComposeInclude[]
  binds: ComposeBind[]
  builds: { service: string; context: string; dockerfile: string }[]
  /** What it leads to and nobody can follow here, a sentence each. */
  problems: string[]
}

/**
 * Finds what a compose file leads to by reading it as Compose does: `env_file`, `label_file`,
 * `extends`, `include`, the files of `configs` and `secrets`, binds and builds. Never throws.
 */
export function composeReferences(text: string, place: ComposePlace): ComposeReferences {
  const found: ComposeReferences = { files: [], includes: [], binds: [], builds: [], problems: [] }
  for (const content of contentsOf(text, found.problems)) {
    const reader = readerOf(place, found)
    readIncludes(content['include'], reader)
    for (const kind of ['configs', 'secrets'] as const) {
      for (const [name, one] of entriesOf(content[kind])) {
        reader.file(mapOf(one)['file'], `file of the ${kind.slice(0, -1)} ${name}`)
      }
    }
    for (const [name, one] of entriesOf(content['services'])) {
      readService(name, mapOf(one), reader)
    }
  }
  return found
}

type Reader = ReturnType<typeof readerOf>

function readerOf({ workingDir, variables }: ComposePlace, found: ComposeReferences) {
  function pathOf(said: unknown, what: string): string | undefined {
    if (typeof said !== 'string' || said === '') return undefined
    const path = interpolate(said, variables)
    if (path === undefined) {
      found.problems.push(`The ${what} is ${said}, and nothing here gives its variable a value.`)
      return undefined
    }
    if (isRemote(path)) {
      found.problems.push(`The ${what} is ${withoutPassword(path)}, which is not on this machine.`)
      return undefined
    }
    return resolved(path)
  }
  function resolved(path: string): string {
    const home = variables['HOME']
    const isOfHome = home !== undefined && /^~(\/|$)/.test(path)
    return resolvePath(workingDir, isOfHome ? `${home}${path.slice(1)}` : path)
  }
  return {
    workingDir,
    variables,
    found,
    pathOf,
    resolved,
    file(said: unknown, role: string, isOptional = false) {
      const path = pathOf(said, role)
      if (path !== undefined) found.files.push({ path, role, ...(isOptional && { isOptional }) })
    },
  }
}

/** Docker Compose 2.20 and later: a path, several, or a map with a directory of their own. */
function readIncludes(said: unknown, reader: Reader): void {
  for (const one of listOf(said)) {
    const { path, project_directory, env_file } =
      typeof one === 'string' ? { path: one } : mapOf(one)
    const what = 'included compose file'
    const paths = listOf(path).flatMap((each) => reader.pathOf(each, what) ?? [])
    const [first] = paths
    if (first === undefined) continue
    const directory = reader.pathOf(project_directory, 'directory of an included compose file')
    const envFiles = listOf(env_file).flatMap(
      (each) => reader.pathOf(each, 'included env file') ?? [],
    )
    reader.found.includes.push({
      paths,
      workingDir: directory ?? resolvePath(first, '..'),
      ...(envFiles.length > 0 && { envFiles }),
    })
  }
}

function readService(name: string, service: Record<string, unknown>, reader: Reader): void {
  for (const key of ['env_file', 'label_file'] as const) {
    for (const one of listOf(service[key])) {
      const { path, required } = typeof one === 'string' ? { path: one } : mapOf(one)
      const role = `${key === 'env_file' ? 'env' : 'label'} file of ${name}`
      reader.file(path, role, required === false)
    }
  }
  const base = reader.pathOf(mapOf(service['extends'])['file'], `file that ${name} extends`)
  // compose-go 2: paths in the file of an extended service begin at that file's directory.
  if (base !== undefined) {
    reader.found.includes.push({ paths: [base], workingDir: resolvePath(base, '..') })
  }
  for (const volume of listOf(service['volumes'])) readVolume(name, volume, reader)
  readBuild(name, service['build'], reader)
}

function readVolume(service: string, said: unknown, { variables, resolved, found }: Reader): void {
  const bind = typeof said === 'string' ? shortBind(interpolate(said, variables)) : longBind(said)
  if (bind === undefined) return
  const source = interpolate(bind.source, variables)
  const destination = interpolate(bind.destination, variables)
  // Where a variable is missing, the containers still tell what is mounted.
  if (source === undefined || destination === undefined) return
  found.binds.push({ ...bind, service, source: resolved(source), destination })
}

type Bind = Omit<ComposeBind, 'service'>

/** `./a:/b:ro`; what begins with no dot, slash or tilde is the name of a volume. */
function shortBind(text: string | undefined): Bind | undefined {
  const [source = '', destination = '', mode = ''] = text?.split(':') ?? []
  if (!/^(\.|\/|~)/.test(source) || destination === '') return undefined
  return { source, destination, readOnly: mode.split(',').includes('ro') }
}

function longBind(said: unknown): Bind | undefined {
  const { type, source, target, read_only } = mapOf(said)
  if (type !== 'bind' || typeof source !== 'string' || typeof target !== 'string') return undefined
  return { source, destination: target, readOnly: read_only === true }
}

function readBuild(service: string, said: unknown, { variables, resolved, found }: Reader): void {
  const { context, dockerfile } = typeof said === 'string' ? { context: said } : mapOf(said)
  const directory = typeof context === 'string' ? interpolate(context, variables) : undefined
  if (directory === undefined || isRemote(directory)) return
  const file = typeof dockerfile === 'string' ? interpolate(dockerfile, variables) : undefined
  const root = resolved(directory)
  found.builds.push({ service, context: root, dockerfile: resolvePath(root, file ?? 'Dockerfile') })
}

/** Tags such as `!reset` and `!override` say how files are merged, not what they lead to. */
function contentsOf(text: string, problems: string[]): Record<string, unknown>[] {
  try {
    const documents = parseAllDocuments(text, {
      merge: true,
      uniqueKeys: false,
      logLevel: 'silent',
      prettyErrors: false,
    })
    const found = [...documents]
    if (found.some(({ errors }) => errors.length > 0)) {
      problems.push('It is no YAML that can be read, so what it leads to is not known.')
    }
    return found.map((document) => mapOf(document.toJS({ maxAliasCount: 10_000 })))
  } catch {
    problems.push('It is no YAML that can be read, so what it leads to is not known.')
    return []
  }
}

const isRemote = (path: string): boolean =>
  /^([a-z][a-z0-9+.-]*:\/\/|oci:|git@|github\.com\/)/i.test(path)

const withoutPassword = (url: string): string => url.replace(/\/\/[^/@]*@/, '//')

const mapOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}

const entriesOf = (value: unknown): [string, unknown][] => Object.entries(mapOf(value))

const listOf = (value: unknown): unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]
