import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type {
  ConfigFile,
  CurrentContext,
  DockerContext,
  DockerContexts,
} from '../../../shared/domain/docker-context.ts'
import { codeOf, configDirectoryOf, type DockerPlace, readConfigFile } from './config-file.ts'
import {
  contextId,
  dockerEndpointIn,
  listed,
  metaDirectoryIn,
  tlsDirectoryIn,
} from './context-store.ts'
import { defaultEndpoint, normaliseEndpoint, withoutPassword } from './endpoint.ts'
import { firstValue, isObject, textOf, valueAt } from './json-text.ts'

/** Names that tools give to their contexts: an unreadable folder can still be told by its hash. */
const usualNames = [
  'desktop-linux',
  'rootless',
  'rancher-desktop',
  'colima',
  'orbstack',
  'podman',
  'desktop-windows',
]

/**
 * What the docker CLI would see now, read from its files and never by asking it: one broken
 * meta.json makes `docker context ls` fail as a whole (28.2), here only that context says so.
 * Throws when the directory cannot be entered or the contexts cannot be listed, because then
 * nothing is known, not even that a context is missing.
 */
export async function readDockerContexts(place: DockerPlace): Promise<DockerContexts> {
  const configDirectory = configDirectoryOf(place)
  const dockerHost = place.env['DOCKER_HOST'] || undefined
  const dockerContext = place.env['DOCKER_CONTEXT'] || undefined
  const configFile = await readConfigFile(configDirectory)
  const hinted = [...usualNames, configFile.currentContext ?? '', dockerContext ?? '']
  const contexts = [
    defaultContext(place),
    ...(await storedContexts(configDirectory, hinted)).sort(byName),
  ]
  return {
    configDirectory,
    configFile,
    current: currentOf(contexts, configFile, dockerHost, dockerContext),
    environment: {
      ...(dockerHost && { dockerHost: withoutPassword(dockerHost) }),
      ...(dockerContext && { dockerContext }),
    },
    contexts,
  }
}

/** docker/cli `resolveContextName` without flags: neither name is checked, the first one wins. */
function currentOf(
  contexts: readonly DockerContext[],
  configFile: ConfigFile,
  dockerHost: string | undefined,
  dockerContext: string | undefined,
): CurrentContext {
  const [name, source] = dockerHost
    ? (['default', 'DOCKER_HOST'] as const)
    : dockerContext
      ? ([dockerContext, 'DOCKER_CONTEXT'] as const)
      : configFile.currentContext
        ? ([configFile.currentContext, 'config.json'] as const)
        : (['default', 'default'] as const)
  const context = contexts.find((candidate) => candidate.name === name)
  return { name, source, endpoint: context?.endpoint ?? '', exists: context !== undefined }
}

/** Never on disk: the environment, or the platform's own socket. */
function defaultContext({ env, defaultEndpoint: elsewhere }: DockerPlace): DockerContext {
  const tls = Boolean(env['DOCKER_TLS_VERIFY'] || env['DOCKER_TLS'])
  const said = env['DOCKER_HOST'] || elsewhere || defaultEndpoint
  return { name: 'default', tls, ...endpointOf(said, tls) }
}

function endpointOf(host: string, tls: boolean): Pick<DockerContext, 'endpoint' | 'problem'> {
  try {
    return { endpoint: normaliseEndpoint(host, tls) }
  } catch (error) {
    return { endpoint: withoutPassword(host), problem: (error as Error).message }
  }
}

async function storedContexts(configDirectory: string, hinted: readonly string[]) {
  const directory = metaDirectoryIn(configDirectory)
  const folders = await listed(directory)
  const found = await Promise.all(
    folders.map((folder) => readContext(configDirectory, directory, folder, hinted)),
  )
  const contexts = new Map<string, DockerContext>()
  for (const context of found) {
    if (context === undefined || context.name === 'default') continue
    const other = contexts.get(context.name)
    if (other === undefined || other.problem !== undefined) contexts.set(context.name, context)
  }
  return [...contexts.values()]
}

async function readContext(
  configDirectory: string,
  directory: string,
  folder: string,
  hinted: readonly string[],
): Promise<DockerContext | undefined> {
  const file = join(directory, folder, 'meta.json')
  const broken = (why: string): DockerContext => ({
    name: hinted.find((name) => contextId(name) === folder) ?? folder,
    endpoint: '',
    tls: false,
    problem: `${file} ${why}.`,
  })
  let meta: unknown
  try {
    meta = firstValue(await readFile(file, 'utf8'))?.value
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return undefined
    return broken(error instanceof SyntaxError ? 'is not valid JSON' : 'cannot be read')
  }
  if (!isObject(meta)) return broken('does not hold a JSON object')
  const name = valueAt(meta, 'Name')
  if (typeof name !== 'string' || name === '') return broken('does not say a name')
  const metadata = valueAt(meta, 'Metadata')
  const description = isObject(metadata) ? textOf(valueAt(metadata, 'Description')) : undefined
  const known = { name, ...(description && { description }) }
  const docker = dockerEndpointIn(meta)
  if (docker === undefined) {
    return {
      ...known,
      endpoint: '',
      tls: false,
      problem: `Context ${name} has no docker endpoint.`,
    }
  }
  const tls = docker.skipVerify || (await listed(tlsDirectoryIn(configDirectory, name))).length > 0
  const context = { ...known, tls, ...endpointOf(docker.host, tls) }
  return contextId(name) === folder
    ? context
    : { ...context, problem: `The docker CLI cannot find ${name}: its folder has another name.` }
}

const byName = (a: DockerContext, b: DockerContext): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0
