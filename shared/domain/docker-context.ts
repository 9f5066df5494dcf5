/** A Docker context: a name in the CLI's configuration. Never the identity of an engine. */
export type DockerContext = {
  name: string
  /** `unix://…`, `tcp://…`, `ssh://…`; empty when the metadata could not be read. */
  endpoint: string
  description?: string
  tls: boolean
  /** What is wrong with its metadata, in one sentence. */
  problem?: string
}

/** Where the name of the current context comes from, in the CLI's order of precedence. */
export const contextSources = ['DOCKER_HOST', 'DOCKER_CONTEXT', 'config.json', 'default'] as const
export type ContextSource = (typeof contextSources)[number]

export type ConfigFile = {
  path: string
  state: 'valid' | 'missing' | 'empty' | 'invalid' | 'unreadable'
  problem?: string
  /** mtime in epoch milliseconds, absent when there is no file. */
  modifiedAt?: number
  /** What `currentContext` says; absent means "default". */
  currentContext?: string
}

export type CurrentContext = {
  name: string
  source: ContextSource
  /** Empty when the context does not exist. */
  endpoint: string
  exists: boolean
}

/** Everything the Docker CLI's files and this process's environment say about contexts. */
export type DockerContexts = {
  configDirectory: string
  configFile: ConfigFile
  current: CurrentContext
  /** Values of the two variables as this process sees them; a terminal may differ. */
  environment: { dockerHost?: string; dockerContext?: string }
  /** "default" first, then by name. */
  contexts: readonly DockerContext[]
}

export function findContext(contexts: DockerContexts, name: string): DockerContext | undefined {
  return contexts.contexts.find((context) => context.name === name)
}
