import { join } from 'node:path'
import type { Stack } from '../../shared/domain/stack.ts'
import { places } from '../adapters/disk/places.ts'
import type { DockerPlace } from '../adapters/docker/config-file.ts'
import { isRepository, openRepository } from './repository/open-repository.ts'
import type { Repository, RepositoryKey } from './repository/repository.ts'
import { repositoryDirectoryOf } from './run/repository-directory.ts'

/** The repository of a stack as its file names it; undefined where none has been made yet. */
export async function openRepositoryOf(
  stack: Stack,
  place: DockerPlace,
  identity?: string,
): Promise<Repository | undefined> {
  const { data } = places(place.env, place.homeDirectory)
  const directory = repositoryDirectoryOf(stack, data)
  if (!(await isRepository(directory))) return undefined
  return openRepository(directory, keyOf(stack, identity), optionsIn(place))
}

export const keyOf = (stack: Stack, identity: string | undefined): RepositoryKey => ({
  recipients: stack.backup?.recipients ?? [],
  ...(identity !== undefined && { identity }),
})

export const optionsIn = (place: DockerPlace) => ({
  cacheDirectory: join(places(place.env, place.homeDirectory).cache, 'snapshots'),
})
