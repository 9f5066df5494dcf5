import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from './config-file.ts'
import { defaultEndpoint } from './endpoint.ts'
import { isObject, textOf, valueAt } from './json-text.ts'

/** Folder of a context under `contexts/meta` and `contexts/tls`. */
export const contextId = (name: string): string => createHash('sha256').update(name).digest('hex')

export const metaDirectoryIn = (configDirectory: string): string =>
  join(configDirectory, 'contexts', 'meta')

export const tlsDirectoryIn = (configDirectory: string, name: string): string =>
  join(configDirectory, 'contexts', 'tls', contextId(name), 'docker')

/** The docker endpoint that a parsed meta.json names. */
export function dockerEndpointIn(
  meta: Record<string, unknown>,
): { host: string; skipVerify: boolean } | undefined {
  const endpoints = valueAt(meta, 'Endpoints')
  const docker = isObject(endpoints) ? valueAt(endpoints, 'docker') : undefined
  if (!isObject(docker)) return undefined
  return {
    host: textOf(valueAt(docker, 'Host')) ?? defaultEndpoint,
    skipVerify: valueAt(docker, 'SkipTLSVerify') === true,
  }
}

/** Names in the directory; none when there is no directory. */
export async function listed(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return []
    throw error
  }
}

/** Whether the docker CLI would find this context. */
export async function contextExists(configDirectory: string, name: string): Promise<boolean> {
  const files = await listed(join(metaDirectoryIn(configDirectory), contextId(name)))
  return files.includes('meta.json')
}
