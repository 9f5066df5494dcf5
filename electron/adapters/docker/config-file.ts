import { constants } from 'node:fs'
import { access, readFile, readlink, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { ConfigFile } from '../../../shared/domain/docker-context.ts'
import { firstValue, isObject, valueAt } from './json-text.ts'

export type DockerPlace = {
  env: NodeJS.ProcessEnv
  homeDirectory: string
  /** Where the context "default" leads without DOCKER_HOST, if not to the usual socket. */
  defaultEndpoint?: string
}

const manyLinks = 40

export function configDirectoryOf({ env, homeDirectory }: DockerPlace): string {
  return resolve(env['DOCKER_CONFIG'] || join(homeDirectory, '.docker'))
}

export const configFileIn = (configDirectory: string): string =>
  join(configDirectory, 'config.json')

export const codeOf = (error: unknown): string | undefined =>
  (error as NodeJS.ErrnoException | undefined)?.code

/**
 * The file that is behind config.json once every symlink is followed, whether it exists or
 * not. This is the file that `selectContext` writes and that a copy has to be kept of.
 */
export async function resolveConfigFile(configDirectory: string): Promise<string> {
  let file = configFileIn(configDirectory)
  for (let links = 0; links < manyLinks; links += 1) {
    const target = await readlink(file).catch((error: unknown) => {
      if (['EINVAL', 'ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return undefined
      throw error
    })
    if (target === undefined) {
      const directory = await realpath(dirname(file)).catch(() => dirname(file))
      return join(directory, basename(file))
    }
    file = resolve(dirname(file), target)
  }
  throw Object.assign(new Error(`${configFileIn(configDirectory)} is a circle of symlinks.`), {
    code: 'ELOOP',
  })
}

/** Reads config.json as the docker CLI does. Throws when its directory cannot be entered. */
export async function readConfigFile(configDirectory: string): Promise<ConfigFile> {
  const path = configFileIn(configDirectory)
  let text: string
  let modifiedAt: number | undefined
  try {
    modifiedAt = (await stat(path)).mtimeMs
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { path, state: 'missing' }
    if (codeOf(error) === 'EACCES') await access(configDirectory, constants.X_OK)
    const problem = `${path} cannot be read: ${(error as Error).message}.`
    return { path, state: 'unreadable', problem, ...(modifiedAt && { modifiedAt }) }
  }
  const file = { path, modifiedAt }
  try {
    const first = firstValue(text)
    if (first === undefined) return { ...file, state: 'empty' }
    const said = first.value === null ? undefined : currentContextIn(first.value)
    return { ...file, state: 'valid', ...(said && { currentContext: said }) }
  } catch (error) {
    return { ...file, state: 'invalid', problem: `${path} ${whyInvalid(error)}.` }
  }
}

/** What `currentContext` says; throws when the docker CLI could not make sense of it. */
export function currentContextIn(config: unknown): string | undefined {
  if (!isObject(config)) throw new TypeError('does not hold a JSON object')
  const said = valueAt(config, 'currentContext') ?? undefined
  if (said !== undefined && typeof said !== 'string') {
    throw new TypeError('has a currentContext that is not text')
  }
  return said
}

/** V8 quotes the text around a syntax error, and this file may hold passwords. */
export function whyInvalid(error: unknown): string {
  if (!(error instanceof SyntaxError)) return (error as Error).message
  const position = /position \d+/.exec(error.message)?.[0]
  return `is not valid JSON${position ? ` (at ${position})` : ''}`
}
