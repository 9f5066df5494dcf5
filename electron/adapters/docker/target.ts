import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DockerContext } from '../../../shared/domain/docker-context.ts'
import { codeOf, configDirectoryOf, type DockerPlace } from './config-file.ts'
import { contextId, dockerEndpointIn, metaDirectoryIn, tlsDirectoryIn } from './context-store.ts'
import { urlOf } from './endpoint.ts'
import { EngineFailure } from './engine-failure.ts'

type TlsMaterial = { ca?: Buffer; cert?: Buffer; key?: Buffer; verify: boolean }

/** How to reach an engine: everything a connection needs, and nothing of the environment. */
export type EngineTarget = { endpoint: string } & (
  | { kind: 'unix'; path: string }
  | { kind: 'tcp'; host: string; port: number; tls?: TlsMaterial }
  | { kind: 'ssh'; host: string; user?: string; port?: number; socket?: string }
)

/** Reads what a connection to this context needs, TLS material included. */
export async function targetOf(
  context: Pick<DockerContext, 'name' | 'endpoint' | 'tls'>,
  place: DockerPlace,
): Promise<EngineTarget> {
  const { endpoint } = context
  const refuse = (why: string) =>
    new EngineFailure('invalid', `${endpoint || 'An empty endpoint'} ${why}.`)
  const url = urlOf(endpoint)
  if (url === undefined) throw refuse('is not an address of a Docker engine')
  switch (url.protocol) {
    case 'unix:':
      return { kind: 'unix', endpoint, path: endpoint.slice('unix://'.length) }
    case 'tcp:': {
      const host = url.hostname.replace(/^\[|\]$/g, '')
      const target = { kind: 'tcp' as const, endpoint, host, port: Number(url.port) || 2375 }
      return context.tls ? { ...target, tls: await tlsOf(context.name, place) } : target
    }
    case 'ssh:':
      if (url.password !== '') throw refuse('holds a password, which ssh does not take')
      // Whoever writes a context must not get to write ssh's options.
      if (url.hostname === '' || url.hostname.startsWith('-')) throw refuse('names no host')
      if (url.username.startsWith('-')) throw refuse('names no user')
      return {
        kind: 'ssh',
        endpoint,
        host: url.hostname.replace(/^\[|\]$/g, ''),
        ...(url.username && { user: decodeURIComponent(url.username) }),
        ...(url.port && { port: Number(url.port) }),
        ...(url.pathname.length > 1 && { socket: decodeURIComponent(url.pathname) }),
      }
    default:
      throw refuse('cannot be reached from Linux')
  }
}

async function tlsOf(name: string, place: DockerPlace): Promise<TlsMaterial> {
  const { env } = place
  const configDirectory = configDirectoryOf(place)
  if (name === 'default') {
    const directory = env['DOCKER_CERT_PATH'] || configDirectory
    return { ...(await keysIn(directory)), verify: Boolean(env['DOCKER_TLS_VERIFY']) }
  }
  const meta = join(metaDirectoryIn(configDirectory), contextId(name), 'meta.json')
  const docker = dockerEndpointIn(JSON.parse(await readFile(meta, 'utf8')))
  const keys = await keysIn(tlsDirectoryIn(configDirectory, name))
  return { ...keys, verify: docker?.skipVerify !== true }
}

async function keysIn(directory: string): Promise<Omit<TlsMaterial, 'verify'>> {
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((file) =>
      readFile(join(directory, file)).catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return undefined
        throw error
      }),
    ),
  )
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
}
